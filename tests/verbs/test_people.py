"""IT's verbs for senders, through the command beside an open store."""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.cli import main
from app.outbound.store import SqlStore, open_store
from app.records.decision import Decision
from app.records.message import Message, MessageKind
from app.settings import shipped

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
CIPHER = "woAJ2GCAAAXtWyujaWJHDDGi0mACAAAA"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    file = tmp_path / "config.toml"
    file.write_text(f'data_dir = "{tmp_path}"\n')
    return file


@pytest.fixture
def store(config: Path):
    opened = open_store(f"sqlite:///{config.parent / 'chargehand.sqlite'}")
    opened.seed(shipped("config") / "demo_plant.toml")
    yield opened
    opened.close()


@pytest.fixture
def people(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, config: Path, store: SqlStore
):
    def run(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["chargehand", "people", *words, "--config", str(config)])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return int(str(ended.value.code)), said.out, said.err

    return run


async def wrote(store: SqlStore) -> None:
    def keep(book) -> None:
        message = Message("m1", CIPHER, None, MessageKind.TEXT, "库存", NOW)
        book.stranger(Decision(book.accept(message).decision_id, message))

    await store.write(keep)


async def test_a_stranger_is_listed_until_mapped(people, store):
    assert people("unknown") == (0, "Every sender is known.\n", "")
    await wrote(store)
    status, out, _ = people("unknown", "--json")
    [one] = json.loads(out)
    assert (status, one["sender"], one["messages"], one["decision"]) == (0, CIPHER, 1, "D-00001")
    assert one["first_at"] == "2026-11-23T02:00:00+00:00"
    assert CIPHER in people("unknown")[1]


def test_mapping_says_what_the_person_may_do_and_who_did_it_is_sealed(people, store):
    status, out, _ = people("map", CIPHER, "ho.chi-keung")
    assert status == 0
    assert "supervisor of C" in out
    assert "approve what waits for facility C" in out
    [one] = json.loads(people("mapped", "--json")[1])
    assert (one["sender"], one["userid"], one["source"]) == (CIPHER, "ho.chi-keung", "it")
    made = store.decision(one["decision"])
    assert made.steps[1].by.startswith("server:")
    assert store.audit_verify().ok
    status, _, err = people("map", CIPHER, "chen.jing")
    assert (status, "unmap" in err) == (1, True)
    assert people("unmap", CIPHER)[0] == 0
    assert people("unmap", CIPHER)[0] == 1
    assert json.loads(people("mapped", "--json")[1]) == []


def test_who_may_not_be_mapped_is_told_why(people):
    assert "no person 'Ho.Chi-Keung'" in people("map", CIPHER, "Ho.Chi-Keung")[2]
    assert "stands for nobody else" in people("map", "chen.jing", "ho.chi-keung")[2]
