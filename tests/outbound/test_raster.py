"""PNG with the product's own font: Chinese is drawn on a machine that has no font at all."""

import struct
import tomllib
from pathlib import Path

import pytest

from app.console.labels import LABELS
from app.outbound.raster import PIXELS_MAX, png_of
from app.records.errors import OwnFault
from app.settings import shipped

FONT = shipped("config") / "fonts" / "chargehand-sans.otf"
ANSWERS = Path(__file__).parents[2] / "config" / "answers"

DRAWN = ("gantt.toml", "shift.toml")
IN_WORDS = {"shift.row.good", "shift.row.open"}  # these marks are shapes on a picture


def picture(words: str) -> str:
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" width="60" height="24">'
        f'<text x="2" y="18" font-family="\'No Such Font\',sans-serif">{words}</text></svg>'
    )


def characters(font: bytes) -> set[int]:
    """What a font's table of characters of form 12 names (OpenType 1.9, cmap)."""
    count = struct.unpack_from(">H", font, 4)[0]
    entries = [font[12 + 16 * n : 28 + 16 * n] for n in range(count)]
    cmap = next(struct.unpack_from(">I", entry, 8)[0] for entry in entries if entry.startswith(b"cmap"))
    found: set[int] = set()
    for n in range(struct.unpack_from(">H", font, cmap + 2)[0]):
        at = cmap + struct.unpack_from(">I", font, cmap + 8 + 8 * n)[0]
        if struct.unpack_from(">H", font, at)[0] == 12:
            for k in range(struct.unpack_from(">I", font, at + 12)[0]):
                low, high = struct.unpack_from(">II", font, at + 16 + 12 * k)
                found |= set(range(low, high + 1))
    return found


def test_it_is_a_png_of_the_size_that_was_asked_for():
    drawn = png_of(picture("葵涌"), zoom=2.0)
    assert drawn.startswith(b"\x89PNG")
    assert struct.unpack(">II", drawn[16:24]) == (120, 48)


def test_a_huge_picture_is_drawn_smaller():
    vast = picture("葵").replace('width="60" height="24"', 'width="60000" height="24000"')
    width, height = struct.unpack(">II", png_of(vast, zoom=2.0)[16:24])
    assert 0.9 * PIXELS_MAX < width * height < 1.01 * PIXELS_MAX


def test_chinese_of_each_script_is_drawn_and_not_as_boxes():
    drawn = {words: png_of(picture(words)) for words in ("葵涌廠", "计划厂", "嘅咗喺", "\ue000\ue001\ue002")}
    assert len(set(drawn.values())) == 4


def test_the_font_has_every_character_of_the_products_own_words_and_of_the_demo_plant():
    has = characters(FONT.read_bytes())
    plant = (shipped("config") / "demo_plant.toml").read_text(encoding="utf-8")
    files = {name: tomllib.loads((ANSWERS / name).read_text(encoding="utf-8")) for name in DRAWN}
    sentences = [forms for file in files.values() for key, forms in file.items() if key not in IN_WORDS]
    said = plant + "".join("".join(forms.values()) for forms in sentences)
    said += "".join("".join(forms) for key, forms in LABELS.items() if key.startswith(("plan.", "day.")))
    assert {c for c in said + "▶!–…" if c.isprintable() and ord(c) not in has} == set()


def test_the_font_ships_with_its_licence_and_stays_small():
    assert "SIL OPEN FONT LICENSE" in (FONT.parent / "OFL.txt").read_text(encoding="utf-8")
    assert FONT.stat().st_size < 6_000_000


@pytest.mark.parametrize("svg", ["", "<svg", "<html/>"])
def test_what_is_no_picture_is_refused_in_a_sentence(svg):
    with pytest.raises(OwnFault, match="cannot be drawn"):
        png_of(svg)
