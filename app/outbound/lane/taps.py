"""Reading a layer's output while llama.cpp evaluates, and ending the evaluation there.

`cb_eval` of llama.cpp (llama.h, read 2026-11-23 at llama-cpp-python 0.3.36) is asked for each
tensor whether it is wanted, and called again when a wanted one is computed; returning False then
skips the rest. What is skipped is the upper layers and the output matrix, which is more than half
of a small model with a large vocabulary.
"""

import ctypes
from collections.abc import Sequence
from typing import Any

import llama_cpp
import numpy as np
from llama_cpp import _ggml
from numpy.typing import NDArray


class Taps:
    """Copies of the outputs of chosen blocks, counted from 1, after each evaluation."""

    def __init__(self, layers: Sequence[int]) -> None:
        self._names = [f"l_out-{layer - 1}".encode() for layer in layers]
        self._end = f"l_out-{max(layers) - 1}".encode()
        self._wanted = frozenset(self._names)
        self._seen: dict[bytes, NDArray[np.float32]] = {}
        self._name, self._count, self._data = _tensor_calls()
        self.callback = llama_cpp.ggml_backend_sched_eval_callback(self._tap)

    def _tap(self, tensor: int, ask: bool, _user: int) -> bool:  # noqa: FBT001 - llama.cpp's signature
        name: bytes = self._name(tensor)
        if ask:
            return name in self._wanted
        if name in self._wanted:
            self._seen[name] = np.ctypeslib.as_array(self._data(tensor), (self._count(tensor),)).copy()
        return name != self._end

    def take(self, width: int) -> list[NDArray[np.float32]]:
        """What was seen since the last call: per layer (tokens, width); raises KeyError if one is missing."""
        taken = [self._seen[name].reshape(-1, width) for name in self._names]
        self._seen.clear()
        return taken


def _tensor_calls() -> tuple[Any, Any, Any]:
    name, count, data = (
        getattr(_ggml.libggml, call) for call in ("ggml_get_name", "ggml_nelements", "ggml_get_data_f32")
    )
    name.restype, count.restype, data.restype = (
        ctypes.c_char_p,
        ctypes.c_int64,
        ctypes.POINTER(ctypes.c_float),
    )
    for call in (name, count, data):
        call.argtypes = [ctypes.c_void_p]
    return name, count, data
