"""Which views the console reads from the service, by what is on its screen."""

from app.console.line import Line
from app.console.seen import Seen


async def read_views(line: Line, seen: Seen, screen: str, *, wide: bool) -> None:
    """The cards always, the rest where it is on the screen or was never read.

    `screen` is the digit of the screen that is shown. Raises NoService or Denied; what was read until
    then is kept.
    """
    if screen == "1" or seen.overview is None:
        seen.overview = await line.overview()
    if screen == "5" or wide or seen.messages is None:
        seen.messages = await line.messages()
    seen.cards = await line.decisions()
    if screen == "4" or seen.chart is None:
        seen.chart = await line.chart()
    if screen == "8":
        seen.figures = await line.figures()
    if screen == "9":
        seen.satisfaction = await line.satisfaction()
