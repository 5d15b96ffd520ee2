"""What people sent, on the command line: listed, shown, and found on the disk."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from app import cli
from app.outbound.store import SqlStore, open_store
from app.records.action import AttachMedia
from app.records.answer import utc_now
from app.records.errors import OwnFault
from app.records.media import Attachment, Media, MediaKind, MediaState
from app.records.message import Message, MessageKind
from app.settings import shipped

HASH = "ab" * 32
URL, KEY = "https://host/x?sign=SECRET", "K" * 43


@pytest.fixture
def config(tmp_path: Path) -> Path:
    file = tmp_path / "config.toml"
    file.write_text(f'data_dir = "{tmp_path}"\n', encoding="utf-8")
    return file


@pytest.fixture
async def store(config: Path):
    """One message with a photo that is kept and a file that was refused; both in case Q-0001."""
    opened = open_store(f"sqlite:///{config.parent / 'chargehand.sqlite'}")
    opened.seed(shipped("config") / "demo_plant.toml")
    attached = (Attachment(MediaKind.IMAGE, URL, KEY), Attachment(MediaKind.FILE, URL, KEY))
    message = Message("m", "chan.siu-ming", None, MessageKind.OTHER, "", utc_now(), attached=attached)
    await opened.write(lambda book: book.accept(message))
    first, second = await opened.media.wanted(9)
    await opened.media.kept(first, Media(HASH, 170_000, MediaKind.IMAGE, "裂\x1b[31m纹.jpg", utc_now()))
    await opened.media.missed(second, MediaState.REFUSED, "host", str)
    await opened.write(lambda book: book.apply(AttachMedia("Q-0001", ("D-00001",)), "D-00001:x"))
    yield opened
    opened.close()


@pytest.fixture
def media(config: Path):
    def run(*words: str):
        return CliRunner().invoke(
            cli.verbs, ["media", *words, "--config", str(config)], standalone_mode=False
        )

    return run


def test_the_list_tells_of_each_and_steers_no_terminal(store: SqlStore, media):
    done = media("list")
    assert done.return_value == 0
    for word in ("D-00001", "image", "170000", HASH[:12], "refused host", "Q-0001", "纹.jpg"):
        assert word in done.stdout
    assert "\x1b" not in done.stdout
    assert "SECRET" not in done.stdout
    assert media("list", "--since", "2999-01-01").stdout == "Nothing was sent in that time.\n"
    assert len(json.loads(media("list", "--limit", "1", "--json").stdout)) == 1


@pytest.mark.parametrize("target", ["D-00001", "Q-0001"])
def test_what_belongs_to_a_ticket_is_shown_with_its_place(store: SqlStore, media, config: Path, target: str):
    kept, refused = json.loads(media("show", target, "--json").stdout)
    assert (kept["state"], kept["sha256"], kept["target"]) == ("kept", HASH, "Q-0001")
    assert kept["path"] == str(config.parent / "media" / HASH)
    assert (refused["state"], refused["reason"], refused["path"]) == ("refused", "host", None)
    assert media("path", target).stdout == f"{config.parent / 'media' / HASH}\n"
    assert media("path", target, "-n", "1").stdout == f"{config.parent / 'media' / HASH}\n"


@pytest.mark.parametrize(("words", "says"), [
    (("show", "Q-0002"), "nothing belongs to Q-0002"),
    (("path", "D-00002"), "nothing belongs to D-00002"),
    (("path", "Q-0001", "-n", "2"), "Q-0001 has 1 files here"),
])  # fmt: skip
def test_what_is_not_there_is_said(store: SqlStore, media, words: tuple[str, ...], says: str):
    done = media(*words)
    assert isinstance(done.exception, OwnFault)
    assert says in str(done.exception)
