"""The demo plant's book of names and its question, posed once."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from app.outbound.store import open_store
from app.planning.consulting.aliases import name_book
from app.planning.consulting.asked import Asker
from app.planning.question import pose
from app.records.verdict import PLANT_ZONE, Wish
from app.settings import Planning, shipped

NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def demo(tmp_path_factory):
    """Names and question of the demo plant on a Tuesday morning, and its facts' names."""
    store = open_store(f"sqlite:///{tmp_path_factory.mktemp('sealed') / 'plant.sqlite'}", clock=lambda: NOW)
    store.seed(shipped("config") / "demo_plant.toml")
    try:
        return store.look(
            lambda facts: (name_book(facts), pose(facts, Wish(""), NOW, Planning(), PLANT_ZONE))
        )
    finally:
        store.close()


@pytest.fixture(scope="session")
def book(demo):
    return demo[0]


@pytest.fixture(scope="session")
def question(demo):
    return demo[1]


@pytest.fixture(scope="session")
def asker(question):
    """An asker with words and what was understood of them."""

    def make(words, *wishes, decision="D-00001"):
        return Asker(decision, words, replace(question, wish=Wish(words, wishes=wishes, unread=True)))

    return make
