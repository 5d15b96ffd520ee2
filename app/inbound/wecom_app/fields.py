"""The small XML of WeCom's callbacks as fields: no document type, no entity, nothing large or deep."""

from dataclasses import dataclass, field
from xml.parsers import expat

SIZE_MAX_BYTES = 1024 * 1024
DEPTH_MAX = 8
FIELDS_MAX = 1000


class Unreadable(Exception):
    """The text is not the small XML of a callback, or a field is there twice."""


@dataclass(slots=True)
class Field:
    """One element: its own text, and the elements in it."""

    name: str
    text: str = ""
    parts: list["Field"] = field(default_factory=list)

    def text_of(self, name: str) -> str:
        """The text of the only part of that name, "" when there is none; raises Unreadable for two."""
        part = self.part(name)
        return part.text if part else ""

    def part(self, name: str) -> "Field | None":
        """The only part of that name, or None; raises Unreadable for two: readers would disagree."""
        found = self.all_of(name)
        if len(found) > 1:
            raise Unreadable
        return found[0] if found else None

    def all_of(self, name: str) -> list["Field"]:
        """Every part of that name, in order."""
        return [part for part in self.parts if part.name == name]


class _Builder:
    """Takes the parser's calls; the innermost open field is last."""

    def __init__(self) -> None:
        self.root = Field("")
        self._open = [self.root]
        self._count = 0

    def start(self, name: str, _attributes: object) -> None:
        self._count += 1
        if self._count > FIELDS_MAX or len(self._open) > DEPTH_MAX:
            raise Unreadable
        begun = Field(name)
        self._open[-1].parts.append(begun)
        self._open.append(begun)

    def end(self, _name: str) -> None:
        self._open.pop()

    def words(self, text: str) -> None:
        self._open[-1].text += text


def _refuse(*_: object) -> None:
    raise Unreadable


def read_fields(xml: bytes) -> Field:
    """The outermost element of an XML in UTF-8; raises Unreadable."""
    if len(xml) > SIZE_MAX_BYTES:
        raise Unreadable
    builder = _Builder()
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.words
    parser.StartDoctypeDeclHandler = _refuse
    parser.EntityDeclHandler = _refuse
    try:
        parser.Parse(xml, True)  # noqa: FBT003 - the parser takes no names
    except expat.ExpatError:
        raise Unreadable from None
    return builder.root.parts[0]
