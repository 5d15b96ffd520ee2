"""The encoder as a function of its parameters, in JAX: what training follows the slope of.

The same arithmetic as llama.cpp's `bert`: word, position and segment added and normalised, then
blocks of attention and a feed-forward part (exact GELU), each normalised after its sum.
"""

from collections.abc import Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from app.learning.pretrained import Base, Shape, unpacked

Parameters = dict[str, jax.Array]


def parameters_of(base: Base) -> Parameters:
    """What is trained: everything of the base but the rows of words."""
    segment = base.tensors["emb.type"].reshape(-1, base.shape.width)[:1]
    return {name: jnp.asarray(value) for name, value in base.tensors.items() if name != "emb.type"} | {
        "emb.type": jnp.asarray(segment)
    }


def word_table(base: Base, kept: np.ndarray) -> jax.Array:
    """The rows of the pieces that are kept, (len(kept), width); they stay as they are."""
    return jnp.asarray(unpacked(base.word_rows[kept]).reshape(len(kept), base.shape.width))


def encode(
    parameters: Mapping[str, jax.Array],
    shape: Shape,
    words: jax.Array,
    mask: jax.Array,
    key: Any,
    drop: float,
) -> jax.Array:
    """One state per text: (texts, width), the mean over its own pieces.

    `words` is (texts, pieces, width), `mask` (texts, pieces) is 2 for a text's own pieces, 1 for the
    marks around them, 0 for padding. `drop` 0 is how the service runs.
    """
    keys = iter(jax.random.split(key, 2 * shape.blocks + 1))
    state = words + parameters["emb.pos"][: words.shape[1]] + parameters["emb.type"][0]
    state = _normal(parameters, "emb.ln", state, shape.epsilon)
    state = _dropped(state, next(keys), drop)
    unseen = jnp.where(mask > 0, 0.0, -1e9)[:, None, None, :]
    for block in range(shape.blocks):
        near = _attention(parameters, f"l{block}", shape, state, unseen)
        state = _normal(parameters, f"l{block}.aln", state + _dropped(near, next(keys), drop), shape.epsilon)
        wide = jax.nn.gelu(_linear(parameters, f"l{block}.fi", state), approximate=False)
        deep = _linear(parameters, f"l{block}.fo", wide)
        state = _normal(parameters, f"l{block}.oln", state + _dropped(deep, next(keys), drop), shape.epsilon)
    own = (mask > 1)[..., None]
    return (state * own).sum(axis=1) / jnp.maximum(own.sum(axis=1), 1)


def _attention(
    parameters: Mapping[str, jax.Array], block: str, shape: Shape, state: jax.Array, unseen: jax.Array
) -> jax.Array:
    texts, pieces, width = state.shape
    each = width // shape.heads
    query, key, value = (
        _linear(parameters, f"{block}.{name}", state).reshape(texts, pieces, shape.heads, each)
        for name in "qkv"
    )
    likeness = jnp.einsum("tphe,tqhe->thpq", query, key) / np.sqrt(each) + unseen
    seen = jnp.einsum("thpq,tqhe->tphe", jax.nn.softmax(likeness, axis=-1), value)
    return _linear(parameters, f"{block}.ao", seen.reshape(texts, pieces, width))


def _linear(parameters: Mapping[str, jax.Array], name: str, state: jax.Array) -> jax.Array:
    return state @ parameters[f"{name}.w"].T + parameters[f"{name}.b"]


def _normal(parameters: Mapping[str, jax.Array], name: str, state: jax.Array, epsilon: float) -> jax.Array:
    mean = state.mean(axis=-1, keepdims=True)
    spread = jnp.sqrt(((state - mean) ** 2).mean(axis=-1, keepdims=True) + epsilon)
    return (state - mean) / spread * parameters[f"{name}.w"] + parameters[f"{name}.b"]


def _dropped(state: jax.Array, key: Any, drop: float) -> jax.Array:
    if not drop:
        return state
    kept = jax.random.bernoulli(key, 1 - drop, state.shape)
    return jnp.where(kept, state / (1 - drop), 0.0)
