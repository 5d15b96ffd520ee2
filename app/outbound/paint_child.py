"""One picture in a process of its own: SVG on standard input, a PNG file on standard output.

Started as `python -m app.outbound.paint_child PARENT_PID`: drawing would hold every other part up for
as long as it takes. It dies with its parent.
"""

import ctypes
import os
import resource
import signal
import sys

_PR_SET_PDEATHSIG = 1  # prctl(2)
_NICER = 5
_MEMORY_BYTES = 1024**3


def main(parent: int) -> None:
    """Draw what comes; ends with 1 where that is no picture."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        sys.exit("the parent is gone")
    os.nice(_NICER)
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    from app.outbound.raster import png_of  # noqa: PLC0415 - after the limits are set
    from app.records.errors import OwnFault  # noqa: PLC0415

    try:
        drawn = png_of(sys.stdin.buffer.read().decode())
    except (OwnFault, UnicodeDecodeError) as fault:
        sys.exit(str(fault))
    sys.stdout.buffer.write(drawn)


if __name__ == "__main__":
    main(int(sys.argv[1]))
