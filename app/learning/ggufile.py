"""Writing an encoder as a GGUF that llama.cpp runs: matrices in 8 bits, the rows of words in their own 4."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import gguf
import numpy as np
from numpy.typing import NDArray

from app.learning.pretrained import Shape

_PARTS = {
    "q": "attn_q", "k": "attn_k", "v": "attn_v", "ao": "attn_output", "aln": "attn_output_norm",
    "fi": "ffn_up", "fo": "ffn_down", "oln": "layer_output_norm",
}  # fmt: skip
_EMBEDDING = {
    "emb.pos": "position_embd.weight", "emb.type": "token_types.weight",
    "emb.ln.w": "token_embd_norm.weight", "emb.ln.b": "token_embd_norm.bias",
}  # fmt: skip
_KINDS = {"w": "weight", "b": "bias"}
_BEGIN, _PAD, _END, _UNKNOWN = 0, 1, 2, 3


def write_encoder(
    path: Path,
    shape: Shape,
    pieces: Sequence[str],
    scores: NDArray[np.float32],
    word_rows: NDArray[np.uint8],
    tensors: Mapping[str, NDArray[np.float32]],
) -> None:
    """Write the file; the same numbers give the same bytes. Names of `tensors` are those of `Base`."""
    writer = gguf.GGUFWriter(path, "bert")
    _measures(writer, shape)
    _vocabulary(writer, pieces, scores)
    writer.add_tensor("token_embd.weight", word_rows, raw_dtype=gguf.GGMLQuantizationType.Q4_0)
    for name in sorted(tensors):
        numbers = np.ascontiguousarray(tensors[name], np.float32)
        if numbers.ndim == 2 and not name.startswith("emb."):
            packed = gguf.quants.quantize(numbers, gguf.GGMLQuantizationType.Q8_0)
            writer.add_tensor(_name(name), packed, raw_dtype=gguf.GGMLQuantizationType.Q8_0)
        else:
            writer.add_tensor(_name(name), numbers)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _measures(writer: gguf.GGUFWriter, shape: Shape) -> None:
    writer.add_name("chargehand-intent")
    writer.add_block_count(shape.blocks)
    writer.add_context_length(shape.positions)
    writer.add_embedding_length(shape.width)
    writer.add_feed_forward_length(shape.inner)
    writer.add_head_count(shape.heads)
    writer.add_layer_norm_eps(shape.epsilon)
    writer.add_causal_attention(value=False)
    writer.add_pooling_type(gguf.PoolingType.MEAN)


def _vocabulary(writer: gguf.GGUFWriter, pieces: Sequence[str], scores: NDArray[np.float32]) -> None:
    kinds = [gguf.TokenType.NORMAL] * len(pieces)
    kinds[_BEGIN] = kinds[_PAD] = kinds[_END] = gguf.TokenType.CONTROL
    kinds[_UNKNOWN] = gguf.TokenType.UNKNOWN
    writer.add_tokenizer_model("t5")
    writer.add_tokenizer_pre("default")
    writer.add_token_list(list(pieces))
    writer.add_token_scores([float(score) for score in scores])
    writer.add_token_types([int(kind) for kind in kinds])
    writer.add_token_type_count(1)
    writer.add_add_space_prefix(value=True)
    writer.add_remove_extra_whitespaces(value=True)
    writer.add_bos_token_id(_BEGIN)
    writer.add_eos_token_id(_END)
    writer.add_sep_token_id(_END)
    writer.add_unk_token_id(_UNKNOWN)
    writer.add_pad_token_id(_PAD)
    writer.add_add_bos_token(value=True)
    writer.add_add_eos_token(value=True)


def _name(name: str) -> str:
    if name in _EMBEDDING:
        return _EMBEDDING[name]
    block, part, kind = name.split(".")
    return f"blk.{block.removeprefix('l')}.{_PARTS[part]}.{_KINDS[kind]}"
