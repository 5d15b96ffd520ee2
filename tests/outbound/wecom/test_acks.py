"""An acknowledgement belongs to the oldest frame of its req_id that waits."""

from app.outbound.wecom.acks import Acks, Habits


async def test_a_late_acknowledgement_goes_to_the_frame_that_was_given_up() -> None:
    acks = Acks(60, Habits())
    first, second = acks.expect("r"), acks.expect("r")
    assert acks.settle("r", {"errcode": 7})
    assert first.result() == {"errcode": 7}
    assert not second.done()
    assert acks.settle("r", {"errcode": 0})
    assert second.result() == {"errcode": 0}
    assert not acks.settle("r", {"errcode": 0})


async def test_too_late_acknowledgements_are_no_longer_waited_for() -> None:
    acks = Acks(-1, Habits())
    first = acks.expect("r")
    assert acks.latest("r") is None
    second = acks.expect("r")
    acks.sweep()
    assert not acks.settle("r", {})
    assert not first.done()
    assert not second.done()


async def test_the_end_of_the_connection_answers_nobody() -> None:
    acks = Acks(60, Habits())
    answers = [acks.expect("a"), acks.expect("b")]
    acks.end()
    assert [answer.result() for answer in answers] == [None, None]


async def test_a_gateway_that_never_acknowledges_openings_is_learnt() -> None:
    habits = Habits()
    acks = Acks(60, habits)
    for n in range(3):
        assert habits.waits
        acks.expect(f"r{n}", interim=True)
        acks.pass_over(f"r{n}")
        acks.expect(f"r{n}")
        acks.settle(f"r{n}", {"errcode": 0})
    assert not habits.waits


async def test_a_slow_gateway_is_not_taken_for_a_silent_one() -> None:
    habits = Habits()
    acks = Acks(60, habits)
    acks.expect("r", interim=True)
    acks.pass_over("r")
    acks.expect("r")
    acks.settle("r", {})
    assert not habits.acknowledges
    acks.settle("r", {})
    assert habits.acknowledges
