"""The desk's door to planning: pose a question, get a proposal, say it in words."""

from app.planning.asked import Proposal, Question
from app.planning.explaining import explain
from app.planning.posing import pose
from app.planning.proposal import propose, read_back

__all__ = ["Proposal", "Question", "explain", "pose", "propose", "read_back"]
