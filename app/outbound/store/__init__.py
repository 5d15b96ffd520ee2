"""The store: SQLModel on SQLite or PostgreSQL, one writer with group commit, a hash-chained record."""

from app.outbound.store.codec import decode_step, encode_step
from app.outbound.store.store import SqlStore, open_store

__all__ = ["SqlStore", "decode_step", "encode_step", "open_store"]
