"""The models outside, as a double: a real HTTP server on loopback that answers as providers do."""

from app.doubles.cloud.alone import serve
from app.doubles.cloud.asked import MOODS, Mood
from app.doubles.cloud.faults import FAULTS, VARIANTS, every
from app.doubles.cloud.mishaps import Pace
from app.doubles.cloud.server import KEY, CloudDouble
from app.doubles.cloud.speaking import Kind

__all__ = ["FAULTS", "KEY", "MOODS", "VARIANTS", "CloudDouble", "Kind", "Mood", "Pace", "every", "serve"]
