"""A shift report in words and on a phone: complete, inside, and marked without colours."""

from datetime import UTC, datetime, timedelta
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from app.outbound.shipped import read_catalogue
from app.planning.picture.sheet import SMALL_PX, WIDTH_PX
from app.planning.picture.shift import draw_shift
from app.planning.shift.telling import told
from app.records.kpi import Figure, Kpi
from app.records.message import Language
from app.records.plant import Facility, MachineState, Name
from app.records.shift import Behind, Finished, ShiftReport, SiteShift, Stop

NOW = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)
LOW = NOW - timedelta(hours=12)
SITE = Facility("A", Name("Kwai Chung", "葵涌厂", "葵涌廠"), (), "day")
CATALOGUE = read_catalogue("Asia/Hong_Kong")


def render(say, language=Language.EN):
    return CATALOGUE.render(say, language, NOW)


def test_a_full_report_says_everything_once():
    site = SiteShift(
        SITE, LOW, NOW, done=12, planned=10, on_plan=8, finished=(Finished("SO-1", 500.0),),
        late=(Behind("SO-2", 90), Behind("SO-3", 1500)),
        stops=(Stop("GR-01", MachineState.DOWN, LOW, LOW + timedelta(minutes=50)),
               Stop("GR-02", MachineState.MAINTENANCE, LOW)),
        cases=("Q-0001",), requests=("R-0001", "R-0002"), held=("D-00009",),
        figures=(Figure(Kpi.ADHERENCE, 3, 4), Figure(Kpi.UTILISATION, 1, 0)),
    )  # fmt: skip
    assert render(told(ShiftReport(NOW, whole_day=False, sites=(site,)))) == "\n".join(
        [
            "**Shift report A Kwai Chung**",
            "08:00 to 20:00",
            "- **! operations done: 12; of the plan 8 of 10**",
            "- ✓ orders finished: 1 (SO-1 (500))",
            "- **! orders that will be late: 2 (SO-2 by 90 min, SO-3 by 25 h)**",
            "- GR-01 down for 50 min from 08:00, runs again",
            "- **! GR-02 under maintenance since 08:00, 12 h so far**",
            "- ○ open quality cases: 1 (Q-0001)",
            "- ○ requests without an answer: 2 (R-0001, R-0002)",
            "- ○ waiting for approval: 1 (D-00009)",
            "- the day: started as planned 75%, utilisation –",
        ]
    )


def test_a_quiet_shift_says_so_and_no_facility_is_no_fault():
    quiet = ShiftReport(NOW, whole_day=True, sites=(SiteShift(SITE, LOW, NOW),))
    words = render(told(quiet), Language.YUE)
    assert words.startswith("**今日報表 A 葵涌廠**")
    assert words.count("✓") == 3
    assert "!" not in words
    assert render(told(ShiftReport(NOW, whole_day=False, sites=()))) == "There is no facility to report on."


def several(made):
    return st.lists(made, max_size=20).map(tuple)


ORDER, COUNT = st.just("SO-1042"), st.integers(0, 400)
NUMBERS = several(st.from_regex(r"\A(D|SO)-[0-9]{4,8}\Z"))
SITES = st.builds(
    SiteShift, st.just(SITE), st.just(LOW), st.just(NOW), COUNT, COUNT, COUNT,
    several(st.builds(Finished, ORDER, st.floats(1, 1e6))),
    several(st.builds(Behind, ORDER, st.integers(1, 99_999))),
    several(st.builds(Stop, st.just("GR-01"), st.sampled_from(MachineState), st.just(LOW))),
    NUMBERS, NUMBERS, NUMBERS,
    several(st.builds(Figure, st.sampled_from([Kpi.ADHERENCE, Kpi.UTILISATION]), st.floats(0, 9))),
)  # fmt: skip


def one_over_the_other(a, b) -> bool:
    return a.box[0] < b.box[2] and b.box[0] < a.box[2] and a.box[3] > b.box[1] and b.box[3] > a.box[1]


@given(st.lists(SITES, max_size=4).map(tuple), st.sampled_from(list(Language)))
@settings(max_examples=100, deadline=None)
def test_words_are_large_inside_and_apart(sites, language):
    report = ShiftReport(NOW, whole_day=False, sites=sites)
    drawn = draw_shift(report, lambda say: render(say, language), lambda _sign: True)
    height = float(drawn.svg.split('height="')[1].split('"')[0])
    for word in drawn.sheet.words:
        left, top, right, bottom = word.box
        assert word.size >= SMALL_PX
        assert 0 <= left < right <= WIDTH_PX
        assert 0 <= top < bottom <= height
    crossing = [(a, b) for a, b in combinations(drawn.sheet.words, 2) if one_over_the_other(a, b)]
    assert crossing == []
