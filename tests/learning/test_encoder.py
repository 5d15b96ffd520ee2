"""What is trained in one library runs alike in the other, and their file is the same every time."""

from dataclasses import replace
from pathlib import Path

import gguf
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from app.learning.encoder import encode, parameters_of, word_table
from app.learning.finetune import _batch
from app.learning.ggufile import _name, write_encoder
from app.learning.pretrained import Base, Shape, unpacked
from app.learning.spelling import Speller
from app.outbound.lane.engine import Engine
from app.outbound.lane.weights import locate
from app.records.errors import ModelWrong
from app.records.recipe import Recipe
from app.settings import Model, shipped
from tests.learning.tiny import PIECES, SHAPE, tiny_base

TEXTS = (
    "GR-03坏了", "SO-1042 做好未", "how many 8 inch knives are left in Fo Tan?", "收到500公斤",
    "批准 D-00042", "點解仲未得㗎", "把三德刀排到後日朝早", "завод стоит", "ok", "👍 得 la, thx!!",
)  # fmt: skip


def write(path: Path, base: Base) -> Path:
    numbers = {name: np.asarray(value) for name, value in parameters_of(base).items()}
    write_encoder(path, base.shape, base.pieces, base.scores, base.word_rows, numbers)
    return path


def test_the_same_numbers_give_the_same_bytes(tmp_path: Path) -> None:
    one, two = (write(tmp_path / name, tiny_base()) for name in ("one.gguf", "two.gguf"))
    assert one.read_bytes() == two.read_bytes()
    assert one.read_bytes() != write(tmp_path / "three.gguf", tiny_base(2)).read_bytes()


def test_the_file_holds_what_was_written(tmp_path: Path) -> None:
    base = tiny_base()
    read = gguf.GGUFReader(write(tmp_path / "tiny.gguf", base))
    held = {tensor.name: tensor for tensor in read.tensors}
    assert np.array_equal(held["token_embd.weight"].data, base.word_rows)
    numbers = held["blk.1.ffn_up.weight"]
    back = gguf.quants.dequantize(numbers.data, numbers.tensor_type)
    assert np.abs(back - base.tensors["l1.fi.w"]).max() < 0.01
    assert np.array_equal(held["blk.0.attn_q.bias"].data, base.tensors["l0.q.b"])
    pieces = read.fields["tokenizer.ggml.tokens"].contents()
    assert tuple(pieces) == PIECES


def test_texts_are_cut_between_two_marks(tmp_path: Path) -> None:
    speller = Speller(write(tmp_path / "tiny.gguf", tiny_base()), 3)
    [short, long, empty] = speller.spell(["坏", "abcdef", ""])
    assert [PIECES[at] for at in short] == ["<s>", "▁", "坏", "</s>"]
    assert [PIECES[at] for at in long] == ["<s>", "▁", "a", "b", "</s>"]
    assert [PIECES[at] for at in empty] == ["<s>", "</s>"]


def test_a_file_without_a_vocabulary_is_refused(tmp_path: Path) -> None:
    (tmp_path / "none.gguf").write_bytes(b"GGUF")
    with pytest.raises(ModelWrong, match="no vocabulary"):
        Speller(tmp_path / "none.gguf", 3)


def test_padding_and_company_change_nothing() -> None:
    base = tiny_base()
    words = word_table(base, np.arange(len(PIECES)))
    alone, padded = (
        _states(parameters_of(base), base.shape, words, [[0, 7, 8, 2]], length) for length in (4, 16)
    )
    together = _states(parameters_of(base), base.shape, words, [[0, 9, 2], [0, 7, 8, 2]], 16)
    assert np.allclose(alone[0], padded[0], atol=1e-5)
    assert np.allclose(alone[0], together[1], atol=1e-5)


def test_dropping_out_is_of_the_key_alone() -> None:
    base = tiny_base()
    words = word_table(base, np.arange(len(PIECES)))[jnp.array([[0, 7, 8, 2]])]
    mask = jnp.array([[1, 2, 2, 1]])
    found = [
        np.asarray(encode(parameters_of(base), base.shape, words, mask, jax.random.PRNGKey(key), drop))
        for key, drop in ((1, 0.5), (1, 0.5), (2, 0.5), (1, 0.0), (2, 0.0))
    ]
    assert np.array_equal(found[0], found[1])
    assert not np.array_equal(found[0], found[2])
    assert np.array_equal(found[3], found[4])


def _states(parameters, shape: Shape, words: jax.Array, tokens, length: int) -> np.ndarray:
    batch = _batch(tokens, [0] * len(tokens), length, len(tokens))
    run = jax.jit(encode, static_argnums=(1, 5))
    return np.asarray(run(parameters, shape, words[batch.ids], batch.mask, jax.random.PRNGKey(0), 0.0))


def _alike(path: Path, base: Base) -> np.ndarray:
    """For each text the cosine between JAX's vector and llama.cpp's."""
    spelled = Speller(path, 128).spell(TEXTS)
    words = word_table(base, np.arange(len(base.pieces)))
    ours = _states(parameters_of(base), base.shape, words, spelled, max(map(len, spelled)))
    theirs, _ = Engine(path, Recipe(), 2).evaluate(TEXTS)
    return (ours * theirs).sum(axis=1) / np.linalg.norm(ours, axis=1) / np.linalg.norm(theirs, axis=1)


def test_a_small_encoder_runs_alike_in_both(tmp_path: Path) -> None:
    base = tiny_base()
    assert _alike(write(tmp_path / "tiny.gguf", base), base).min() >= 0.999


def test_the_shipped_encoder_runs_alike_in_both(tmp_path: Path) -> None:
    path = locate(Model(), shipped("models"), tmp_path).path
    assert _alike(path, _held(path)).min() >= 0.998


def _held(path: Path) -> Base:
    """The encoder in a GGUF that `write_encoder` wrote."""
    read = gguf.GGUFReader(path)
    held = {each.name: gguf.quants.dequantize(each.data, each.tensor_type) for each in read.tensors}
    blocks = read.fields["bert.block_count"].contents()
    parts = [f"l{n}.{part}.{kind}" for n in range(blocks)
             for part in ("q", "k", "v", "ao", "aln", "fi", "fo", "oln") for kind in "wb"]  # fmt: skip
    names = ["emb.pos", "emb.type", "emb.ln.w", "emb.ln.b", *parts]
    tensors = {name: np.array(held[_name(name)], np.float32) for name in names}
    shape = Shape(
        read.fields["bert.embedding_length"].contents(),
        blocks,
        read.fields["bert.attention.head_count"].contents(),
        read.fields["bert.feed_forward_length"].contents(),
        read.fields["bert.context_length"].contents(),
        read.fields["bert.attention.layer_norm_epsilon"].contents(),
    )
    rows = next(each.data for each in read.tensors if each.name == "token_embd.weight")
    pieces = tuple(read.fields["tokenizer.ggml.tokens"].contents())
    return replace(
        tiny_base(), shape=shape, pieces=pieces, scores=np.zeros(len(pieces)), word_rows=rows, tensors=tensors
    )


def test_rows_of_words_are_the_kept_ones_in_their_order() -> None:
    base, kept = tiny_base(), np.array([0, 5, 9])
    table = np.asarray(word_table(base, kept))
    assert table.shape == (3, SHAPE.width)
    assert np.array_equal(table[1], unpacked(base.word_rows[5]))
