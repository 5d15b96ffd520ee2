"""A program that speaks the lane's protocol as its child does, and misbehaves on certain words."""

import os
import signal
import struct
import sys

from app.outbound.lane import frames
from app.outbound.lane.frames import Frame

MODE = sys.argv[1]


def send(head: dict[str, object], body: bytes = b"") -> None:
    sys.stdout.buffer.write(Frame(head, body).packed())
    sys.stdout.buffer.flush()


def answer(head: dict[str, object]) -> None:
    texts = head["texts"]
    if "poison" in texts:
        os.kill(os.getpid(), signal.SIGSEGV)
    if "hang" in texts:
        signal.pause()
    if "garbage" in texts:
        sys.stdout.buffer.write(b"llama_print_timings: 12345")
        sys.stdout.buffer.flush()
        return
    if "short" in texts:
        texts = texts[:-1]
    if "fault" in texts:
        send({"fault": "batch refused"})
        sys.exit(1)
    value = float("nan") if "nan" in texts else 0.0
    numbers = [x for text in texts for x in (float(len(text)), value)]
    shape = (len(texts), 2)
    send(
        {"number": head["number"], "shape": shape, "tokens": len(texts), "took_s": 0.001},
        struct.pack(f"<{len(numbers)}f", *numbers),
    )


def main() -> None:
    if MODE == "dies":
        sys.exit("no memory for weights")
    if MODE == "mute":
        signal.pause()
    frames.read(sys.stdin.buffer)
    if MODE == "nonsense":
        sys.stdout.write("Hello, I am a library that prints to standard output")
        return
    send({"ready": True, "load_s": 0.0, "trial_ms": 0.0})
    while (frame := frames.read(sys.stdin.buffer)) is not None:
        answer(dict(frame.head))


main()
