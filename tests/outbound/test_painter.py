"""Pictures drawn in a child: kept whole by their hash, and a child that fails takes nothing down."""

import asyncio
import hashlib
import sys

import pytest

from app.outbound.glyphs import characters
from app.outbound.painter import Painter
from app.outbound.raster import font_file, png_of
from app.outbound.wecom.spool import Spool
from app.records.errors import StoreFull
from app.records.media import MediaKind
from app.records.picture import Sketch

SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="60" height="24">'
    '<text x="2" y="18" font-family="sans-serif">葵涌</text></svg>'
)


@pytest.fixture
def spool(tmp_path):
    return Spool(tmp_path / "media")


async def test_a_picture_lies_in_the_folder_under_its_hash_as_it_is_drawn_anywhere(spool):
    one, other = await asyncio.gather(*(Painter(spool).paint(Sketch(SVG, "plan.png")) for _ in range(2)))
    assert one == other
    assert (one.name, one.kind) == ("plan.png", MediaKind.IMAGE)
    drawn = spool.path(one.sha256).read_bytes()
    assert hashlib.sha256(drawn).hexdigest() == one.sha256
    assert drawn == png_of(SVG)


@pytest.mark.parametrize("svg", ["", "<svg", "no picture"])
async def test_what_is_no_picture_is_none(spool, svg):
    assert await Painter(spool).paint(Sketch(svg, "x.png")) is None


@pytest.mark.parametrize(
    "command",
    [
        ("/no/such/program",),
        (sys.executable, "-c", "import sys; sys.exit(3)"),
        (sys.executable, "-c", "import time; time.sleep(60)"),
    ],
    ids=["absent", "fails", "hangs"],
)
async def test_a_child_that_fails_or_hangs_is_none(spool, command):
    painter = Painter(spool, limit_s=0.5, command=command)
    assert await painter.paint(Sketch(SVG * 5000, "x.png")) is None


async def test_a_full_disk_is_none(spool, monkeypatch):
    def full(_self):
        raise StoreFull("the media folder cannot be written: OSError")

    monkeypatch.setattr(Spool, "part", full)
    assert await Painter(spool).paint(Sketch(SVG, "x.png")) is None


def test_the_font_says_what_it_has_and_a_missing_one_has_plain_letters(tmp_path):
    assert {ord(sign) for sign in "計划嘅Plan▶"} <= characters(font_file())
    assert ord("\ue000") not in characters(font_file())
    assert {chr(n) for n in characters(tmp_path / "none.otf")} >= set("SO-1042 late!")
    assert ord("計") not in characters(tmp_path / "none.otf")
    broken = tmp_path / "broken.otf"
    broken.write_bytes(b"OTTO\x00\x20")
    assert ord("計") not in characters(broken)
