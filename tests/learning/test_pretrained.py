"""Reading the encoder that ours starts from, and which of its pieces are kept."""

from dataclasses import replace
from pathlib import Path

import gguf
import numpy as np
import pytest

from app.learning.pretrained import BLOCK_BYTES, read_base, unpacked
from app.learning.vocabulary import kept_pieces
from app.records.errors import ModelWrong
from tests.learning.tiny import PIECES, tiny_base, write_package_file

Q4 = gguf.GGMLQuantizationType.Q4_0


def test_a_file_of_the_package_s_form_is_read_to_its_numbers(tmp_path: Path) -> None:
    base, path = tiny_base(), tmp_path / "tiny.bin"
    write_package_file(path, base)
    found = read_base(path)
    assert replace(found.shape, epsilon=0.0) == replace(base.shape, epsilon=0.0)
    assert found.shape.epsilon == pytest.approx(base.shape.epsilon)
    assert found.pieces == PIECES
    assert found.scores.tolist() == base.scores.tolist()
    assert (found.word_rows == base.word_rows).all()
    assert set(found.tensors) == set(base.tensors)
    for name, numbers in base.tensors.items():
        rounded = name.startswith("l") and numbers.ndim == 2
        expected = gguf.quants.dequantize(gguf.quants.quantize(numbers, Q4), Q4) if rounded else numbers
        assert np.array_equal(found.tensors[name], expected), name


@pytest.mark.parametrize("raw", [b"GGUF" + bytes(100), b"", b"E5S2" + bytes(100)])
def test_another_file_is_refused(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "other.bin"
    path.write_bytes(raw)
    with pytest.raises(ModelWrong, match=r"other\.bin is no encoder"):
        read_base(path)


def test_without_the_package_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.learning.pretrained._PACKAGE", "not_installed_anywhere")
    with pytest.raises(ModelWrong, match="install the extra 'learn'"):
        read_base()


def test_four_bit_blocks_unpack_as_the_format_s_own_library_does() -> None:
    dice = np.random.default_rng(5)
    blocks = dice.integers(0, 256, (200, BLOCK_BYTES), dtype=np.uint8)
    blocks[:, :2] = dice.normal(0, 1, (200, 1)).astype("<f2").view(np.uint8)
    assert np.array_equal(unpacked(blocks).reshape(200, 32), gguf.quants.dequantize(blocks, Q4))
    assert np.array_equal(unpacked(blocks.tobytes()), unpacked(blocks))


def _kept(*pieces: tuple[str, float]) -> list[str]:
    names, scores = zip(*pieces, strict=True)
    base = replace(tiny_base(), pieces=names, scores=np.array(scores, np.float32))
    return [names[at] for at in kept_pieces(base)]


MARKS = (("<s>", 0.0), ("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0))


def test_marks_chinese_and_common_latin_are_kept_and_other_scripts_are_not() -> None:
    pieces = (
        ("▁", -3.0), ("▁the", -5.0), ("▁Zusammenhang", -13.5), ("ab", -19.0), ("▁坏", -9.0),
        ("装配线", -18.0), ("。", -9.0), (",", -8.0), ("▁завод", -6.0), ("のは", -7.0), ("é", -8.0),
        ("공장", -7.0), ("𠀀", -7.0), ("3号", -15.0),
    )  # fmt: skip
    assert _kept(*MARKS, *pieces)[4:] == ["▁", "▁the", "ab", "▁坏", "装配线", "。", ",", "3号"]


def test_every_kept_id_is_in_order_and_the_marks_come_first() -> None:
    kept = kept_pieces(tiny_base())
    assert kept[:4].tolist() == [0, 1, 2, 3]
    assert (np.diff(kept) > 0).all()
    assert PIECES.index("▁зав") not in kept
