"""The doubles of WeCom's web API and of its callbacks: what a self-built app talks to, and who calls it."""

from app.doubles.wecom_app.alone import Called, serve
from app.doubles.wecom_app.faults import FAULTS
from app.doubles.wecom_app.qyapi import QyapiDouble
from app.doubles.wecom_app.rules import AGENT_ID, CORP_ID, SECRET, WEBHOOK_KEY
from app.doubles.wecom_app.said import entered, pressed, said, written
from app.doubles.wecom_app.sealer import Post, Sealer, flipped
from app.doubles.wecom_app.sender import CallbackSender

__all__ = [
    "AGENT_ID",
    "CORP_ID",
    "FAULTS",
    "SECRET",
    "WEBHOOK_KEY",
    "CallbackSender",
    "Called",
    "Post",
    "QyapiDouble",
    "Sealer",
    "entered",
    "flipped",
    "pressed",
    "said",
    "serve",
    "written",
]
