"""Pauses grow, stay within their bounds, and never fight another client."""

from hypothesis import given
from hypothesis import strategies as st

from app.outbound.wecom.backoff import Ending, LinkState, Pauses

LOST = Ending(LinkState.BACKOFF, "closed")
REFUSED = Ending(LinkState.REFUSED, "refused")
KICKED = Ending(LinkState.SUPERSEDED, "kicked")


def _pauses(chance: float = 1.0) -> Pauses:
    return Pauses(30, 120, lambda: chance)


def test_back_off_doubles_to_its_most_for_ever() -> None:
    pauses = _pauses()
    seen = [pauses.after(LOST, 0)[1] for _ in range(2000)]
    assert seen[:6] == [1, 2, 4, 8, 16, 30]
    assert set(seen[6:]) == {30}


def test_a_connection_that_lasted_starts_again_at_one_second() -> None:
    pauses = _pauses()
    for _ in range(9):
        pauses.after(LOST, 0)
    assert pauses.after(LOST, 5)[1] == 30
    assert pauses.after(LOST, 31)[1] == 1


def test_the_fifth_refusal_parks_for_ten_minutes_and_success_forgives() -> None:
    pauses = _pauses(0.0)
    states = [pauses.after(REFUSED, 0) for _ in range(6)]
    assert [state for state, _ in states] == [LinkState.BACKOFF] * 4 + [LinkState.REFUSED] * 2
    assert states[-1][1] == 600
    pauses.after(LOST, 1)
    assert pauses.after(REFUSED, 0)[0] is LinkState.BACKOFF


def test_superseded_doubles_from_two_minutes_to_fifteen() -> None:
    pauses = _pauses(0.0)
    assert [pauses.after(KICKED, 100)[1] for _ in range(5)] == [120, 240, 480, 900, 900]
    assert pauses.after(KICKED, 1000) == (LinkState.SUPERSEDED, 120)


@given(
    st.lists(st.tuples(st.sampled_from([LOST, REFUSED, KICKED]), st.floats(0, 5000)), max_size=60),
    st.floats(0, 1),
)
def test_every_pause_is_within_bounds(endings: list[tuple[Ending, float]], chance: float) -> None:
    pauses = _pauses(chance)
    for ending, ready_s in endings:
        state, pause_s = pauses.after(ending, ready_s)
        assert 0.5 <= pause_s <= 990
        if ending is KICKED:
            assert state is LinkState.SUPERSEDED
            assert pause_s >= 120
        elif state is LinkState.BACKOFF:
            assert pause_s <= 30
