"""What rooms need from outside, as Protocols with promises; nothing here does anything."""

from app.ports.cloud import Cloud, CloudBook, Ledger
from app.ports.facts import Facts, Names
from app.ports.media import MediaQueue
from app.ports.models import Lane, Solver
from app.ports.saying import Bubble, Later, Outbox, Outgoing, Painter, Sent, UploadBook, Way
from app.ports.store import Accepted, Book, Store
from app.ports.watching import Clock, Observation, Observer

__all__ = [
    "Accepted", "Book", "Bubble", "Clock", "Cloud", "CloudBook", "Facts", "Lane", "Later", "Ledger",
    "MediaQueue", "Names", "Observation", "Observer", "Outbox", "Outgoing", "Painter", "Sent", "Solver",
    "Store", "UploadBook", "Way",
]  # fmt: skip
