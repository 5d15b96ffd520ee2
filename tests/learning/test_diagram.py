"""The reliability diagram is the same picture every time."""

from pathlib import Path

from app.learning.diagram import draw_reliability
from app.learning.judging import Verdict, binned, calibration_error
from app.learning.messages import Example
from app.records.reading import Intent

EXAMPLE = Example("a", "text", Intent.OTHER, "en", keyword=False, trap=False)
TOLD = [Verdict(EXAMPLE, Intent.OTHER, n / 100, n % 3 > 0, decided=True) for n in range(101)]


def test_the_same_verdicts_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one.png", "two.png"):
        draw_reliability(tmp_path / name, TOLD, "blind test")
    one, two = ((tmp_path / name).read_bytes() for name in ("one.png", "two.png"))
    assert one[:8] == b"\x89PNG\r\n\x1a\n"
    assert one == two


def test_other_verdicts_give_another_picture(tmp_path: Path) -> None:
    draw_reliability(tmp_path / "one.png", TOLD, "x")
    draw_reliability(tmp_path / "two.png", TOLD[:60], "x")
    assert (tmp_path / "one.png").read_bytes() != (tmp_path / "two.png").read_bytes()


def test_bins_hold_everybody_once_and_full_certainty_is_in_the_last() -> None:
    found = binned(TOLD)
    assert sum(count for count, _, _ in found) == 101
    assert found[-1][0] == 11
    assert calibration_error(TOLD[:1]) == 0.0
