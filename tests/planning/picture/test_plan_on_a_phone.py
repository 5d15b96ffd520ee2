"""A plan on a phone: words inside, large enough, none over another; colours that every eye tells apart."""

from datetime import timedelta
from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.outbound.shipped import read_catalogue
from app.planning.gantt.lanes import side_by_side
from app.planning.picture.plan import draw_plan
from app.planning.picture.sheet import LATE, SMALL_PX, WIDTH_PX, Sheet, cut, width_of
from app.records.chart import A_MONDAY, Bar, Chart, Promise, Row, colour
from app.records.message import Language

CATALOGUE = read_catalogue("Asia/Hong_Kong")
NOW = 600
CODES = st.text("ABC10-鋼刀", min_size=1, max_size=9).map(lambda t: t.replace("\n", ""))


def speaker(language):
    return lambda say: CATALOGUE.render(say, language, A_MONDAY + timedelta(minutes=NOW))


@st.composite
def bars(draw):
    start = draw(st.integers(-300, 2500))
    return Bar(
        draw(CODES), draw(st.integers(0, 5)), start, start + draw(st.integers(1, 900)),
        family=draw(st.one_of(st.none(), st.integers(0, 9))),
        kind=draw(st.sampled_from(["planned", "frozen", "running", "done"])),
        late=draw(st.booleans()), setup=draw(st.integers(0, 60)),
    )  # fmt: skip


@st.composite
def rows(draw):
    window = st.tuples(st.integers(0, 1400), st.integers(1, 600)).map(lambda w: (w[0], sum(w)))
    windows = st.lists(window, max_size=3)
    return Row(
        draw(CODES), facility=draw(st.sampled_from(["A 葵涌廠", "B Tuen Mun", ""])),
        bars=side_by_side(draw(st.lists(bars(), max_size=6))),
        closed=tuple(draw(windows)), down=tuple(draw(windows)),
    )  # fmt: skip


@st.composite
def charts(draw):
    due = st.one_of(st.none(), st.integers(0, 3000))
    promises = st.builds(Promise, CODES, st.integers(0, 9000), CODES, due)
    return Chart(
        draw(CODES), tuple(draw(st.lists(rows(), max_size=8))), tuple(draw(st.lists(promises, max_size=9))),
        tuple(f"{n}系列" for n in range(10)), 3000, 60, A_MONDAY, "Asia/Hong_Kong", "dates",
        draw(st.one_of(st.none(), st.integers(0, 2000))),
        by=draw(st.sampled_from(["", "solver", "dispatch:x"])),
    )  # fmt: skip


def overlap(one, other) -> bool:
    (a, b, c, d), (e, f, g, h) = one.box, other.box
    return min(c, g) - max(a, e) > 0.1 and min(d, h) - max(b, f) > 0.1


@given(charts(), st.sampled_from(list(Language)), st.sampled_from([24, 36, 48]))
@settings(max_examples=150, deadline=None)
def test_words_are_large_inside_and_apart(chart, language, hours):
    drawn = draw_plan(chart, speaker(language), lambda _sign: True, hours=hours)
    height = float(drawn.svg.split('height="')[1].split('"')[0])
    for word in drawn.sheet.words:
        left, top, right, bottom = word.box
        assert left >= 0, word
        assert right <= WIDTH_PX, word
        assert top >= 0, word
        assert bottom <= height, word
        assert word.size >= SMALL_PX >= 26
    crossing = [(a, b) for a, b in combinations(drawn.sheet.words, 2) if overlap(a, b)]
    assert crossing == []


@pytest.mark.parametrize("hours", [24, 36, 48])
def test_the_line_of_time_is_legible_at_every_hour(hours):
    for now in range(0, 2880, 20):
        chart = Chart("P-1", (), (), (), 3000, 60, A_MONDAY, "Asia/Hong_Kong", "dates", now)
        words = draw_plan(chart, speaker(Language.EN), lambda _sign: True, hours=hours).sheet.words
        assert [(a, b) for a, b in combinations(words, 2) if overlap(a, b)] == [], now
        assert [word for word in words if "…" in word.words] == [], now


def test_what_the_font_lacks_is_a_question_mark_and_never_a_box():
    sheet = Sheet(lambda sign: sign.isascii())
    sheet.say(0, 40, "SO-1042 鋼刀\u202e")
    assert [word.words for word in sheet.words] == ["SO-1042 ??"]


@given(st.text(max_size=40), st.floats(0, 900))
def test_cut_words_have_room(words, room):
    assert width_of(cut(words, room, 28), 28) <= room + 0.02


def test_a_late_order_is_marked_by_sign_shape_and_words():
    late = Bar("SO-1042", 0, NOW, NOW + 400, late=True)
    fine = Bar("SO-1043", 0, NOW + 400, NOW + 800)
    promises = (
        Promise("SO-1042", NOW + 400, "knife", NOW + 100),
        Promise("SO-1043", NOW + 800, "", NOW + 900),
    )
    chart = Chart("P-1", (Row("GR-01", bars=(late, fine)),), promises, (), 2000, 60, A_MONDAY,
                  "Asia/Hong_Kong", "dates", NOW)  # fmt: skip
    drawn = draw_plan(chart, speaker(Language.EN), lambda _sign: True)
    said = [word.words for word in drawn.sheet.words]
    assert "!SO-1042 -" in said
    assert "SO-1043 -" in said
    assert any(words.startswith("! SO-1042: 5 h late") for words in said)
    assert 'fill="url(#late)"' in drawn.svg
    assert f'14.0z" fill="{LATE}"' in drawn.svg, "a corner, for who sees no red"


# Colours, as those see them who lack a kind of cone (Machado, Oliveira, Fernandes 2009, severity 1.0).

PROTAN = ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998))
DEUTAN = ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881))
NORMAL = ((1, 0, 0), (0, 1, 0), (0, 0, 1))
FAMILIES = [colour(n) for n in range(8)]


def linear(code: str) -> list[float]:
    parts = [int(code[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    return [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]


def seen_as(code: str, eye) -> list[float]:
    return [min(1, max(0, sum(m * c for m, c in zip(row, linear(code), strict=True)))) for row in eye]


def lab(rgb: list[float]) -> tuple[float, float, float]:
    r, g, b = rgb
    x, y, z = (
        (0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505,
        0.2126 * r + 0.7152 * g + 0.0722 * b,
        (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089,
    )
    f = [t ** (1 / 3) if t > 0.008856 else 7.787 * t + 16 / 116 for t in (x, y, z)]
    return 116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])


def difference(one: str, other: str, eye) -> float:
    a, b = lab(seen_as(one, eye)), lab(seen_as(other, eye))
    return sum((p - q) ** 2 for p, q in zip(a, b, strict=True)) ** 0.5


def contrast(one: str, other: str, eye) -> float:
    both = seen_as(one, eye), seen_as(other, eye)
    lights = sorted(0.2126 * r + 0.7152 * g + 0.0722 * b for r, g, b in both)
    return (lights[1] + 0.05) / (lights[0] + 0.05)


@pytest.mark.parametrize("eye", [NORMAL, PROTAN, DEUTAN], ids=["normal", "protan", "deutan"])
def test_families_and_words_are_told_apart_by_every_eye(eye):
    near = min(difference(a, b, eye) for a, b in pairwise(FAMILIES))
    assert near >= 12
    assert min(difference(a, b, eye) for a, b in combinations(FAMILIES, 2)) >= 10
    assert min(contrast("#1a1a1a", fill, eye) for fill in FAMILIES) >= 4.5
    assert min(contrast("#333333", fill, eye) for fill in FAMILIES) >= 3, "bars have an outline"
