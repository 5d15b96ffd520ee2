"""llama.cpp, evaluated in batches of several texts; lives in the child process only.

The low-level interface is used because the packaged `Llama.embed` computes the output matrix for
every token: twice the time, for numbers that nobody reads.
"""

import ctypes
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import llama_cpp
import numpy as np
from numpy.typing import NDArray

from app.outbound.lane.taps import Taps
from app.records.recipe import Recipe

Floats = NDArray[np.float32]

_BATCH_TOKENS = 512
_SEQUENCES = 16
_LOG_ERROR = 4  # GGML_LOG_LEVEL_ERROR
_SILENCE = "."  # what a text without a single token is read as; an encoder drops spaces


class EngineFault(Exception):
    """llama.cpp refused a file or a batch."""


@dataclass(frozen=True, slots=True)
class Spelled:
    """A text as tokens; those in [start, end) are the message's own."""

    tokens: tuple[int, ...]
    start: int
    end: int


class Engine:
    """One model with one context; not for use from two threads."""

    def __init__(self, weights: Path, recipe: Recipe, threads: int) -> None:
        self._recipe = recipe
        llama_cpp.llama_log_set(_LOG, None)
        llama_cpp.llama_backend_init()
        self._model = llama_cpp.llama_model_load_from_file(
            str(weights).encode(), llama_cpp.llama_model_default_params()
        )
        if not self._model:
            raise EngineFault(f"{weights} is no model that llama.cpp can load")
        self._vocab = llama_cpp.llama_model_get_vocab(self._model)
        self._width = llama_cpp.llama_model_n_embd(self._model)
        self._taps = Taps(self._layers_below(recipe)) if recipe.layers else None
        self._context = self._open(threads)
        self._prefix, self._suffix = self._around(recipe.prefix)
        if len(self._prefix) + recipe.token_limit + len(self._suffix) > _BATCH_TOKENS:
            raise EngineFault(f"prefix and token_limit together exceed {_BATCH_TOKENS} tokens")

    def _layers_below(self, recipe: Recipe) -> tuple[int, ...]:
        depth = llama_cpp.llama_model_n_layer(self._model)
        if not all(1 <= layer < depth for layer in recipe.layers):
            raise EngineFault(f"the recipe reads layers {recipe.layers}, the model offers 1 to {depth - 1}")
        return recipe.layers

    def _open(self, threads: int) -> Any:
        params = llama_cpp.llama_context_default_params()
        params.n_batch = params.n_ubatch = _BATCH_TOKENS
        params.n_ctx = _BATCH_TOKENS
        params.n_seq_max = _SEQUENCES
        params.n_threads = params.n_threads_batch = threads
        params.kv_unified = params.no_perf = True
        if not self._is_encoder():  # half the time in an encoder; in others 3 % faster, and 10 % off the mark
            params.flash_attn_type = llama_cpp.LLAMA_FLASH_ATTN_TYPE_DISABLED
        params.embeddings = self._taps is None
        params.pooling_type = llama_cpp.LLAMA_POOLING_TYPE_NONE
        if self._taps:
            params.cb_eval = self._taps.callback
            params.n_outputs_max = _SEQUENCES  # none is asked for; fewer than the sequences are refused
        context = llama_cpp.llama_init_from_model(self._model, params)
        if not context:
            raise EngineFault("llama.cpp cannot make a context: not enough memory?")
        return context

    def _is_encoder(self) -> bool:
        """Whether every token sees the whole text."""
        return self._told(f"{self._told('general.architecture')}.attention.causal") == "false"

    def _told(self, key: str) -> str:
        """What the file says under a key, "" where it says nothing."""
        room = ctypes.create_string_buffer(64)
        found = llama_cpp.llama_model_meta_val_str(self._model, key.encode(), room, len(room))
        return room.value.decode("utf-8", "replace") if found >= 0 else ""

    def _around(self, prefix: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """What stands before and after a message; an encoder's vocabulary ends a text with a mark."""
        before, end = self._tokens(prefix, special=True), llama_cpp.llama_vocab_eos(self._vocab)
        if llama_cpp.llama_vocab_get_add_eos(self._vocab) and before and before[-1] == end:
            return before[:-1], (end,)
        return before, ()

    def evaluate(self, texts: Sequence[str]) -> tuple[Floats, int]:
        """One vector per text, in order, and the number of tokens evaluated; raises EngineFault."""
        spelled = [self._spell(text) for text in texts]
        rows = [row for batch in _batches(spelled) for row in self._vectors(batch)]
        return np.stack(rows), sum(len(each.tokens) for each in spelled)

    def _spell(self, text: str) -> Spelled:
        limit = self._recipe.token_limit
        text = text[: 16 * limit].encode("utf-8", "replace").decode()
        own = self._tokens(text)[:limit] or self._tokens(_SILENCE)[:1]
        start = len(self._prefix)
        return Spelled((*self._prefix, *own, *self._suffix), start, start + len(own))

    def _tokens(self, text: str, *, special: bool = False) -> tuple[int, ...]:
        raw = text.encode()
        room = (llama_cpp.llama_token * (len(raw) + 8))()
        count = llama_cpp.llama_tokenize(self._vocab, raw, len(raw), room, len(room), int(special), 0)
        if count < 0:
            raise EngineFault(f"{len(raw)} bytes do not fit {len(room)} tokens")
        return tuple(room[:count])

    def _vectors(self, batch: Sequence[Spelled]) -> Iterator[Floats]:
        self._decode(batch)
        states, start = self._states(sum(len(each.tokens) for each in batch)), 0
        for each in batch:
            yield self._pooled([state[start + each.start : start + each.end] for state in states])
            start += len(each.tokens)

    def _pooled(self, states: Sequence[Floats]) -> Floats:
        pools = {"mean": lambda rows: rows.mean(axis=0), "last": lambda rows: rows[-1]}
        parts = [pools[pool](rows) for rows in states for pool in self._recipe.pools]
        return np.concatenate(parts).astype(np.float32)

    def _states(self, tokens: int) -> list[Floats]:
        if self._taps is None:
            address = llama_cpp.llama_get_embeddings(self._context)
            return [np.ctypeslib.as_array(address, (tokens, self._width)).copy()]
        try:
            return self._taps.take(self._width)
        except KeyError as fault:
            raise EngineFault(f"this model has no tensor {fault}; use a recipe without layers") from fault

    def _decode(self, batch: Sequence[Spelled]) -> None:
        if memory := llama_cpp.llama_get_memory(self._context):  # an encoder has none
            llama_cpp.llama_memory_clear(memory, 0)
        form = llama_cpp.llama_batch_init(sum(len(each.tokens) for each in batch), 0, 1)
        try:
            self._fill(form, batch)
            if code := llama_cpp.llama_decode(self._context, form):
                raise EngineFault(f"llama.cpp ended a batch with code {code}")
        finally:
            llama_cpp.llama_batch_free(form)

    def _fill(self, form: Any, batch: Sequence[Spelled]) -> None:
        row = 0
        for sequence, each in enumerate(batch):
            for position, token in enumerate(each.tokens):
                form.token[row], form.pos[row] = token, position
                form.n_seq_id[row], form.seq_id[row][0] = 1, sequence
                form.logits[row] = self._taps is None
                row += 1
        form.n_tokens = row


def _batches(spelled: Sequence[Spelled]) -> Iterator[list[Spelled]]:
    """Groups, in order, that one evaluation can take."""
    batch: list[Spelled] = []
    for each in spelled:
        tokens = len(each.tokens) + sum(len(other.tokens) for other in batch)
        if batch and (tokens > _BATCH_TOKENS or len(batch) == _SEQUENCES):
            yield batch
            batch = []
        batch.append(each)
    if batch:
        yield batch


def _log(level: int, text: bytes, _user: int) -> None:
    if level == _LOG_ERROR:
        sys.stderr.write(text.decode("utf-8", "replace"))


_LOG = llama_cpp.llama_log_callback(_log)  # the library calls it for as long as the process lives
