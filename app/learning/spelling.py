"""Texts as the pieces that llama.cpp will cut them into: training reads with the service's own eyes."""

from collections.abc import Sequence
from pathlib import Path

import llama_cpp

from app.records.errors import ModelWrong

# The package's own callback stumbles over Chinese that the library cuts short in the middle of a character.
_SILENT = llama_cpp.llama_log_callback(lambda _level, _text, _user: None)


class Speller:
    """The vocabulary of a GGUF; raises ModelWrong for a file that holds none."""

    def __init__(self, path: Path, limit: int) -> None:
        llama_cpp.llama_log_set(_SILENT, None)
        params = llama_cpp.llama_model_default_params()
        params.vocab_only = True
        self._model = llama_cpp.llama_model_load_from_file(str(path).encode(), params)
        if not self._model:
            raise ModelWrong(f"{path} holds no vocabulary that llama.cpp can load")
        self._vocab, self._limit = llama_cpp.llama_model_get_vocab(self._model), limit

    def spell(self, texts: Sequence[str]) -> list[tuple[int, ...]]:
        """Each text's pieces between the two marks; at most `limit` of its own."""
        return [self._one(text) for text in texts]

    def _one(self, text: str) -> tuple[int, ...]:
        raw = text.encode("utf-8", "replace")
        room = (llama_cpp.llama_token * (len(raw) + 8))()
        count = llama_cpp.llama_tokenize(self._vocab, raw, len(raw), room, len(room), 1, 0)
        marked = tuple(room[:count])
        return (*marked[: self._limit + 1], marked[-1])[:count]
