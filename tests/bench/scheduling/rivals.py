"""The engines that are measured: our own, CP-SAT direct, and PyJobShop in an environment of its own."""

import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).parents[3]
OURS, CPSAT, PYJOBSHOP = "chargehand", "cpsat", "pyjobshop"
ENGINES = (OURS, CPSAT, PYJOBSHOP)
TEXTBOOK, OWN_RULES = "textbook", "own_rules"
"""The best of 13 dispatch runs: EDD and 12 ATC settings of textbooks, and the product's own 13 rules."""

TITLES = {OURS: "Chargehand", CPSAT: "CP-SAT direct", PYJOBSHOP: "PyJobShop 0.0.9"}
COLOURS = {OURS: "#0072B2", CPSAT: "#E69F00", PYJOBSHOP: "#CC79A7"}
"""Okabe and Ito's, which colour-blind people tell apart."""

WORKERS = {OURS: 2, CPSAT: 8, PYJOBSHOP: 8, TEXTBOOK: 1, OWN_RULES: 1}
"""The rivals do far better with eight workers than with two, also on two cores."""

PINS = ("pyjobshop==0.0.9", "ortools==9.12.4544")
ENVIRONMENT = ROOT / ".bench" / "pyjobshop"


def command(engine: str) -> list[str]:
    """What runs one job of an engine."""
    if engine == PYJOBSHOP:
        return [str(ENVIRONMENT / "bin" / "python"), str(Path(__file__).with_name("pyjob.py"))]
    return [sys.executable, "-m", "tests.bench.scheduling.child"]


def prepare(engines: tuple[str, ...]) -> None:
    """Make PyJobShop's environment where it is asked for and not there; needs the package index."""
    if PYJOBSHOP not in engines or (ENVIRONMENT / "ready").exists():
        return
    venv.create(ENVIRONMENT, with_pip=True, clear=True)
    pip = [str(ENVIRONMENT / "bin" / "python"), "-m", "pip", "--disable-pip-version-check"]
    subprocess.run([*pip, "install", "--quiet", *PINS], check=True)
    (ENVIRONMENT / "ready").touch()
