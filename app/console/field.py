"""A line to type in, with a cursor that does not blink."""

from textual.reactive import var
from textual.widgets import Input


class Field(Input):
    """Textual's input; nothing on this console blinks."""

    DEFAULT_CSS = "Field { height: 1; border: none; }"

    cursor_blink = var(default=False)
