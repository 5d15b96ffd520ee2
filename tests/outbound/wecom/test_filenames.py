"""Names from headers are for people to read: never a path, never long, never a reason to stop."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.outbound.wecom.filenames import NAME_MAX_BYTES, fitted_name, told_name


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("attachment; filename=\"old.pdf\"; filename*=UTF-8''%E7%8F%AD%E6%8A%A5.pdf", "班报.pdf"),
        ("attachment; filename*=UTF-8''a%20b.pdf; filename=\"old.pdf\"", "a b.pdf"),
        ("attachment; filename*=gbk''%B0%E0.txt", "班.txt"),
        ("attachment; filename*=utf-8'zh'a.txt", "a.txt"),
        ('attachment; filename="a \\"b\\" c.pdf"', 'a "b" c.pdf'),
        ("attachment; filename=plain.pdf", "plain.pdf"),
        ("ATTACHMENT; FileName = spaced.pdf ; x=1", "spaced.pdf"),
        ('attachment; filename="../../etc/passwd"', "passwd"),
        ("attachment; filename*=UTF-8''..%2F..%2Fetc%2Fpasswd", "passwd"),
        ('attachment; filename="C:\\\\temp\\\\a.doc"', "a.doc"),
        ("attachment; filename*=UTF-8''a%00b%0Ac%E2%80%AEfdp.exe", "abcfdp.exe"),
        ('attachment; filename=".."', ""),
        ('attachment; filename=""', ""),
        ("attachment; filename*=klingon''x.pdf; filename=y.pdf", "y.pdf"),
        ("attachment", ""),
        ("", ""),
    ],
)
def test_the_name_in_a_header(header: str, name: str) -> None:
    assert told_name(header) == name


def test_a_long_name_keeps_its_ending() -> None:
    name = fitted_name("班" * 200 + ".pdf")
    assert name.endswith("班.pdf")
    assert NAME_MAX_BYTES - 3 < len(name.encode()) <= NAME_MAX_BYTES


@given(st.text(max_size=400) | st.text(alphabet="filename*=\"';\\%UTF-8./ ", max_size=400))
def test_any_header_gives_a_short_name_without_a_path(header: str) -> None:
    for name in (told_name(header), told_name(f"filename*=utf-8''{header}"), fitted_name(header)):
        assert len(name.encode()) <= NAME_MAX_BYTES
        assert not set(name) & set("/\\\0\n\r")
        assert name not in {".", ".."}
