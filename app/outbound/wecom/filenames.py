"""What a file is called: read from a download's header, fitted into an upload's bytes."""

import re
import unicodedata
from urllib.parse import unquote

NAME_MAX_BYTES = 256

_HEADER_MAX_CHARS = 4096
_EXTENDED = re.compile(r"filename\*\s*=\s*(utf-8|gbk|gb18030|iso-8859-1)'[^']*'([^;\s]+)", re.IGNORECASE)
_QUOTED = re.compile(r'filename\s*=\s*"((?:[^"\\]|\\.)*)"', re.IGNORECASE)
_BARE = re.compile(r"filename\s*=\s*([^;\s\"]+)", re.IGNORECASE)


def told_name(disposition: str) -> str:
    """The name in a Content-Disposition, `filename*` first; "" when there is none.

    The last part of a path, without control characters, at most NAME_MAX_BYTES. For people to read.
    """
    header = disposition[:_HEADER_MAX_CHARS]
    if found := _EXTENDED.search(header):
        return fitted_name(unquote(found[2], encoding=found[1], errors="replace"))
    if found := _QUOTED.search(header):
        return fitted_name(re.sub(r"\\(.)", r"\1", found[1]))
    found = _BARE.search(header)
    return fitted_name(found[1]) if found else ""


def fitted_name(name: str) -> str:
    """The last part of the path `name`, cut before its ending to NAME_MAX_BYTES of UTF-8."""
    last = re.split(r"[/\\]", name)[-1]
    seen = "".join(ch for ch in last if unicodedata.category(ch) not in {"Cc", "Cf", "Cs", "Co", "Cn"})
    stem, dot, ending = seen.strip().rpartition(".")
    if not dot or len(ending.encode()) > 16:
        stem, dot, ending = seen.strip(), "", ""
    room = NAME_MAX_BYTES - len((dot + ending).encode())
    name = stem.encode()[:room].decode("utf-8", "ignore") + dot + ending
    return "" if name in {".", ".."} else name
