"""The desk's door to planning: pose a question, get a proposal, say it in words; or have one answered."""

from app.planning.asked import Cause, Option, Proposal, Question
from app.planning.causes import causes_of
from app.planning.explaining import explain
from app.planning.options import propose
from app.planning.posing import pose
from app.planning.proposal import read_back
from app.planning.restoring import Restored, restore, tell
from app.planning.why.reckon import reckon
from app.planning.why.trials import Budget, Search, drive_with
from app.planning.wishes import Conflict, apply, refused

__all__ = [
    "Budget",
    "Cause",
    "Conflict",
    "Option",
    "Proposal",
    "Question",
    "Restored",
    "Search",
    "apply",
    "causes_of",
    "drive_with",
    "explain",
    "pose",
    "propose",
    "read_back",
    "reckon",
    "refused",
    "restore",
    "tell",
]
