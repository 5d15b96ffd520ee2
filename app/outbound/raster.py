"""An SVG picture as PNG, drawn with the product's own font, so that every server draws the same.

Where that font is missing the server's own are used, of which nobody knows what they have.
"""

import math
import re
from pathlib import Path
from typing import Any

import resvg_py

from app.records.errors import OwnFault
from app.settings import shipped

FONT = "Chargehand Sans"
PIXELS_MAX = 50_000_000
"""200 MB while it is drawn."""

_SIZE = re.compile(r'<svg[^>]* width="(\d+)" height="(\d+)"')


def font_file() -> Path:
    """Where the product's own font lies; it may be missing."""
    return shipped("config") / "fonts" / "chargehand-sans.otf"


def _drawing_with(font: Path) -> dict[str, Any]:
    if not font.is_file():
        return {"skip_system_fonts": False}
    return {
        "skip_system_fonts": True,
        "font_files": [str(font)],
        "font_family": FONT,
        "sans_serif_family": FONT,
    }


def png_of(svg: str, *, zoom: float = 1.0) -> bytes:
    """The picture as a PNG file, `zoom` pixels for each of the SVG's; fewer beyond `PIXELS_MAX`.

    Raises OwnFault when it is no SVG.
    """
    size = _SIZE.match(svg)
    area = int(size[1]) * int(size[2]) if size else 0
    zoom = min(zoom, math.sqrt(PIXELS_MAX / area)) if area else zoom
    font = font_file()
    try:
        drawn = resvg_py.svg_to_bytes(
            svg_string=svg,
            zoom=zoom,
            **_drawing_with(font),
        )
    except ValueError as fault:
        raise OwnFault(f"the picture cannot be drawn: {fault}") from fault
    return bytes(drawn)
