"""A file in a multipart form, as the web API takes one."""

from dataclasses import dataclass, field
from email.parser import BytesParser
from email.policy import HTTP

MAX_BYTES = {"image": 10_000_000, "voice": 2_000_000, "video": 10_000_000, "file": 20_000_000}
"""How large each kind may be (page 90253, read 2026-11)."""

_MIN_BYTES = 5


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came whole."""

    kind: str
    name: str
    content: bytes = field(repr=False)


def read_upload(kind: str, form: bytes) -> Upload | None:
    """The file of the form's part `media`, None when there is none or it is too small or too large."""
    boundary = form.partition(b"\r\n")[0].removeprefix(b"--")
    head = b"Content-Type: multipart/form-data; boundary=" + boundary + b"\r\n\r\n"
    for each in BytesParser(policy=HTTP).parsebytes(head + form).iter_parts() if boundary else ():
        content = each.get_payload(decode=True)
        is_media = each.get_param("name", header="content-disposition") == "media"
        if is_media and isinstance(content, bytes) and _MIN_BYTES <= len(content) <= MAX_BYTES.get(kind, 0):
            return Upload(kind, each.get_filename() or "", content)
    return None
