"""Whether pictures can be drawn with the product's own font; one is drawn."""

import asyncio

from app.outbound.glyphs import characters
from app.outbound.raster import font_file, png_of
from app.settings import Settings
from app.verbs.finding import Finding

_SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40"><text x="2" y="30">{}</text></svg>'
_AGAIN = "install the package again; until then pictures are in codes and English"


async def pictures(_settings: Settings) -> Finding:
    """Draws a letter and compares it with none: without any font the two are the same."""
    font = font_file()
    letter, blank = [await asyncio.to_thread(png_of, _SVG.format(words)) for words in ("A", " ")]
    if letter == blank:
        return Finding("pictures", ok=False, found="no font draws anything", fix=_AGAIN)
    if not await asyncio.to_thread(font.is_file):
        return Finding(
            "pictures", ok=False, found=f"{font} is missing; a font of this server draws", fix=_AGAIN
        )
    return Finding("pictures", ok=True, found=f"{len(characters(font)):,} characters in {font.name}")
