"""The desk's door to planning: pose a question, get a proposal, say it in words; or have one answered."""

from app.planning.asked import Cause, Option, Proposal, Question
from app.planning.causes import causes_of
from app.planning.consulting.aliases import NameBook, name_book
from app.planning.consulting.asked import Asker, Blocked, Envelope, Heeded, Share
from app.planning.consulting.escalating import complexity
from app.planning.consulting.keeping import opened, sealed
from app.planning.consulting.reading import read as read_answer
from app.planning.consulting.sealing import seal
from app.planning.explaining import explain
from app.planning.options import propose
from app.planning.posing import pose
from app.planning.proposal import read_back
from app.planning.restoring import Restored, restore, tell
from app.planning.why.reckon import reckon
from app.planning.why.trials import Budget, Search, drive_with
from app.planning.wishes import Conflict, apply, refused
from app.planning.wishes.wording import said

__all__ = [
    "Asker",
    "Blocked",
    "Budget",
    "Cause",
    "Conflict",
    "Envelope",
    "Heeded",
    "NameBook",
    "Option",
    "Proposal",
    "Question",
    "Restored",
    "Search",
    "Share",
    "apply",
    "causes_of",
    "complexity",
    "drive_with",
    "explain",
    "name_book",
    "opened",
    "pose",
    "propose",
    "read_answer",
    "read_back",
    "reckon",
    "refused",
    "restore",
    "said",
    "seal",
    "sealed",
    "tell",
]
