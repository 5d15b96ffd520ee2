"""The desk's door to planning: pose a question, get a proposal, say it in words."""

from app.planning.asked import Cause, Option, Proposal, Question
from app.planning.causes import causes_of
from app.planning.explaining import explain
from app.planning.options import propose
from app.planning.posing import pose
from app.planning.proposal import read_back

__all__ = ["Cause", "Option", "Proposal", "Question", "causes_of", "explain", "pose", "propose", "read_back"]
