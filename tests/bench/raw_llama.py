"""What llama.cpp alone needs for the same messages: a program that prints seconds per round as JSON.

Arguments: weights, threads, batch. Standard input: JSON list of texts. Each line read afterwards runs
one round, so that its rounds can stand between those of the lane.
"""

import json
import sys
import time
from itertools import islice

import llama_cpp


def main() -> None:
    weights, threads, size = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    quiet = llama_cpp.llama_log_callback(lambda *_: None)
    llama_cpp.llama_log_set(quiet, None)
    llama_cpp.llama_backend_init()
    model = llama_cpp.llama_model_load_from_file(weights.encode(), llama_cpp.llama_model_default_params())
    context = _context(model, threads, size)
    tokens = [_tokens(model, text) for text in json.loads(sys.stdin.readline())]
    rest = iter(tokens)
    batches = list(iter(lambda: list(islice(rest, size)), []))
    _round(context, batches)
    print(json.dumps(sum(map(len, tokens))), flush=True)
    for _ in sys.stdin:
        began = time.perf_counter()
        _round(context, batches)
        print(time.perf_counter() - began, flush=True)


def _context(model, threads: int, size: int):
    params = llama_cpp.llama_context_default_params()
    params.n_ctx = params.n_batch = params.n_ubatch = 1024
    params.n_seq_max = size
    params.embeddings, params.pooling_type = True, llama_cpp.LLAMA_POOLING_TYPE_NONE
    params.n_threads = params.n_threads_batch = threads
    params.kv_unified = params.no_perf = True
    return llama_cpp.llama_init_from_model(model, params)


def _tokens(model, text: str) -> list[int]:
    raw = text.encode()
    room = (llama_cpp.llama_token * (len(raw) + 8))()
    vocab = llama_cpp.llama_model_get_vocab(model)
    return list(room[: llama_cpp.llama_tokenize(vocab, raw, len(raw), room, len(room), 1, 0)])


def _round(context, batches: list[list[list[int]]]) -> None:
    """The states of every token, as llama.cpp's own embedding example asks for them."""
    for batch in batches:
        if memory := llama_cpp.llama_get_memory(context):
            llama_cpp.llama_memory_clear(memory, 0)
        form = llama_cpp.llama_batch_init(sum(map(len, batch)), 0, 1)
        row = 0
        for sequence, tokens in enumerate(batch):
            for position, token in enumerate(tokens):
                form.token[row], form.pos[row] = token, position
                form.n_seq_id[row], form.seq_id[row][0] = 1, sequence
                form.logits[row] = True
                row += 1
        form.n_tokens = row
        if llama_cpp.llama_decode(context, form):
            sys.exit("llama.cpp refused a batch")
        llama_cpp.llama_batch_free(form)


main()
