"""What waits for a supervisor is opened as the same bytes, or not at all."""

from dataclasses import replace

import pytest

from app.planning.consulting.keeping import opened, sealed
from app.planning.consulting.sealing import seal
from app.records.action import action_hash
from app.records.verdict import PLANT_ZONE


@pytest.fixture
def envelope(asker, book):
    return seal([asker("SO-1042 first")], book, "masked", PLANT_ZONE)


def test_an_envelope_comes_back_whole(envelope):
    assert opened(sealed(envelope), envelope.askers[0]) == envelope
    assert sealed(envelope).envelope == envelope.digest


@pytest.mark.parametrize("changed", [{"asked": "{}"}, {"version": "0" * 12}, {"envelope": "0" * 64}])
def test_other_bytes_than_were_shown_are_never_opened(envelope, changed):
    allowed = sealed(envelope)
    other = replace(allowed, **changed)
    assert opened(other, envelope.askers[0]) is None
    assert action_hash(other) != action_hash(allowed)
