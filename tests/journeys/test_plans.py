"""Plans through the command line and the socket: made, published, compared, brought back, counted."""

import asyncio
import io
import json
import sys
from contextlib import redirect_stderr, redirect_stdout

import pytest

from app.cli import main
from app.verbs.service import Line

pytestmark = pytest.mark.asyncio(loop_scope="module")
PLANNER, LEAD = "ng.mei-ling", "lee.wai-man"


def inline(words: list[str], typed: str) -> tuple[int, str, str]:
    """A verb in this process, ended as `main` ends it: its status, standard output and standard error."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err), pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stdin", io.StringIO(typed))
        patch.setattr(sys, "argv", ["chargehand", *words])
        with pytest.raises(SystemExit) as ended:
            main()
    return int(ended.value.code or 0), out.getvalue(), err.getvalue()


async def verb(floor, *words: str, pin: str = "") -> tuple[int, str, str]:
    """A `plan` verb beside the service."""
    return await asyncio.to_thread(inline, ["plan", *words, "--config", str(floor.stage.config)], pin + "\n")


async def document(floor, *words: str, pin: str = ""):
    code, out, err = await verb(floor, *words, "--json", pin=pin)
    assert err == ""
    return code, json.loads(out)


async def planned(floor) -> str:
    """The id of a plan that waits."""
    row = await floor.ask(PLANNER, "重新安排生產計劃")
    assert row["stage"] == "held", row["reply"]
    decision = await floor.look(lambda facts: facts.decision(row["decision_id"]))
    return decision.hold.action.plan


async def in_force(floor):
    plan = await floor.look(lambda facts: facts.plan())
    return plan.id if plan else None


async def test_a_plan_is_published_by_the_person_with_the_pin_and_nobody_else(floor):
    assert await verb(floor, "list") == (0, "No plan was made yet.\n", "")
    plan = await planned(floor)
    for user, pin, said in (
        (LEAD, "1111", "do not fit"),
        (PLANNER, "2468", "your own request|自己"),
        (LEAD, "", "do not fit"),
    ):
        code, out, err = await verb(floor, "publish", plan, "--user", user, pin=pin)
        assert (code, out) == (1, "")
        assert any(part in err for part in said.split("|")), err
    assert await in_force(floor) is None
    code, told = await document(floor, "publish", plan, "--user", LEAD, pin="2468")
    assert (code, told["ok"], told["code"]) == (0, True, "")
    assert await in_force(floor) == plan


async def test_the_trail_of_plans_is_listed_shown_and_compared(floor):
    first, second = await in_force(floor), await planned(floor)
    code, rows = await document(floor, "list")
    assert code == 0
    *proposed, last = rows
    assert [row["number"] for row in rows] == list(range(len(rows), 0, -1))
    assert second in [row["plan"] for row in proposed]
    assert {(row["state"], row["origin"]["parent"]) for row in proposed} == {("proposed", first)}
    assert (last["plan"], last["state"], last["asked_by"]) == (first, "published", PLANNER)
    assert [(event["kind"], event["by"]) for event in last["events"]] == [("published", f"person:{LEAD}")]
    _, newest = await document(floor, "list", "--limit", "1")
    assert newest == rows[:1]
    _, out, _ = await verb(floor, "list")
    assert all(word in out for word in (first, second, "published", "重新安排生產計劃", PLANNER))

    code, shown = await document(floor, "show", first)
    plan = await floor.look(lambda facts: facts.plan())
    assert len(shown["assignments"]) == len(plan.assignments)
    code, out, _ = await verb(floor, "show", first)
    assert (code, out.count("SO-")) == (0, len(plan.assignments) + len(plan.late_orders))
    assert "published" in out
    assert LEAD in out

    code, same = await document(floor, "diff", first, first)
    assert (code, same["moves"], same["gone"], same["new"]) == (0, [], [], [])
    assert same["before"] == same["after"]
    code, out, _ = await verb(floor, "diff", first, second)
    assert code == 0
    for words in ("late orders", "minutes late", "moved when made", "changeovers", "overtime minutes"):
        assert words in out
    for words in (("show", "P-0"), ("diff", first, "P-0"), ("diff", "P-0", first)):
        code, out, err = await verb(floor, *words)
        assert (code, out) == (1, "")
        assert "there is no plan P-0; `chargehand plan list` shows them" in err


async def test_an_earlier_plan_is_brought_back_as_a_decision_of_two_people(floor):
    first, rows = await in_force(floor), (await document(floor, "list"))[1]
    second = rows[0]["plan"]
    assert (await verb(floor, "publish", second, "--user", LEAD, pin="2468"))[0] == 0
    assert await in_force(floor) == second
    code, _, err = await verb(floor, "revert", second, "--user", PLANNER, pin="2468")
    assert code == 1
    assert second in err
    code, told = await document(floor, "revert", "--user", PLANNER, pin="2468")
    assert (code, told["ok"]) == (0, True)
    assert await in_force(floor) == second
    [held] = [d for d in await floor.look(lambda facts: facts.held()) if d.reading.by == f"version:{first}"]
    assert held.id in told["text"]
    assert await floor.told(LEAD, held.id, first)
    yes = await floor.ask(LEAD, f"批准 {held.id}")
    assert yes["stage"] == "done", yes["reply"]
    version = await floor.look(lambda facts: facts.version(facts.plan().id))
    assert (version.number, version.origin.parent) == (len(rows) + 1, first)
    assert version.events[0].by == f"person:{LEAD}"


async def test_figures_are_counted_after_a_publication_and_shown_to_consoles_and_monitoring(floor):
    line = await Line.open(floor.stage.service.socket)
    try:
        async with asyncio.timeout(60):
            while True:
                board = (await line.ask("figures"))["result"]
                rows = {row["kpi"]: row for row in board["sites"][0]["rows"]}
                if rows["plan_age"]["today"] is not None:
                    break
                await asyncio.sleep(0.2)
    finally:
        await line.close()
    assert [site["code"] for site in board["sites"]] == ["", "A", "B", "C"]
    assert board["sites"][0]["at"] is not None
    assert rows["plan_age"]["trend"][:-1] == [None] * 7
    page = await asyncio.to_thread(floor._metrics)
    assert 'chargehand_kpi{facility="all",kpi="plan_age"}' in page


async def test_without_a_service_publishing_says_so_and_without_a_person_it_is_wrong_usage(tmp_path):
    config = tmp_path / "config.toml"
    config.write_text(f'data_dir = "{tmp_path}"\n')
    words = ["plan", "revert", "--config", str(config)]
    code, out, err = await asyncio.to_thread(inline, [*words, "--user", LEAD], "2468\n")
    assert (code, out) == (1, "")
    assert "no service at" in err
    assert (await asyncio.to_thread(inline, words, ""))[0] == 2
