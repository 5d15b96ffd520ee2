"""The reliability diagram: how often a reading is right, against how sure it was."""

from collections.abc import Sequence
from pathlib import Path

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from app.learning.judging import BINS, Verdict, binned, calibration_error

_BLUE, _ORANGE, _GREY = "#0072B2", "#D55E00", "#888888"  # told apart by colour-blind eyes (Okabe, Ito 2008)
_SAME_BYTES = {"Software": None}


def draw_reliability(path: Path, told: Sequence[Verdict], name: str) -> None:
    """Write a PNG: a bar and a point for each bin of confidence, the count above it."""
    figure = Figure(figsize=(6, 5), dpi=120)
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    axes.plot([0, 1], [0, 1], linestyle="--", color=_GREY, label="as sure as right")
    for count, sure, right in binned(told):
        left = min(int(sure * BINS), BINS - 1) / BINS
        axes.bar(left, right, width=1 / BINS, align="edge", color=_BLUE, alpha=0.35, edgecolor=_BLUE)
        axes.plot(sure, right, marker="D", color=_ORANGE)
        axes.annotate(str(count), (left + 0.5 / BINS, right), ha="center", va="bottom", fontsize=8)
    axes.set(xlim=(0, 1), ylim=(0, 1.05), xlabel="confidence", ylabel="share that is right")
    axes.set_title(f"{name}: {len(told)} messages, calibration error {calibration_error(told):.3f}")
    axes.legend(loc="upper left")
    figure.tight_layout()
    figure.savefig(path, metadata=_SAME_BYTES)
