"""An SVG picture as PNG, drawn with the product's own font, so that every server draws the same."""

import resvg_py

from app.records.errors import OwnFault
from app.settings import shipped

FONT = "Chargehand Sans"
_SIDE_MAX_PX = 20_000


def png_of(svg: str, *, zoom: float = 1.0) -> bytes:
    """The picture as a PNG file, `zoom` pixels for each of the SVG's.

    Raises OwnFault when it is no SVG, or so large that it cannot be drawn.
    """
    font = shipped("config") / "fonts" / "chargehand-sans.otf"
    try:
        drawn = resvg_py.svg_to_bytes(
            svg_string=svg,
            zoom=zoom,
            skip_system_fonts=True,
            font_files=[str(font)],
            font_family=FONT,
            sans_serif_family=FONT,
        )
    except ValueError as fault:
        raise OwnFault(f"the picture cannot be drawn: {fault}") from fault
    return bytes(drawn)
