"""The web API's double: a real HTTP server on loopback, in threads of its own."""

import json
import ssl
import threading
from collections import deque
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self
from urllib.parse import parse_qsl, urlsplit

from typing_extensions import override

from app.doubles.wecom_app.faults import CODES, FAULTS, TOKENLESS
from app.doubles.wecom_app.rules import UPLOADS, Reply, Rules, no
from app.records.errors import OwnFault

_BODY_MAX_BYTES = 21 * 1024 * 1024


class QyapiDouble:
    """Serves while it is entered; `faults` are played until taken out, those in `once` one a request.

    `tell` hears of every request, from threads of the server. Raises OSError when the port is taken.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        tls: ssl.SSLContext | None = None,
        tell: Callable[[str], None] = lambda _line: None,
    ) -> None:
        self.rules = Rules()
        self.seen = self.rules.seen
        self.faults: set[str] = set()
        self.once: deque[str] = deque()
        self._tell = tell
        self._lock = threading.Lock()
        self._released = threading.Event()
        self._server = _Server(self, port)
        if tls is not None:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.release()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def release(self) -> None:
        """Answer what is held by `slow`, from now on."""
        self._released.set()

    def switch(self, name: str, *, on: bool = True) -> None:
        """Switch a lasting fault; raises OwnFault for a name that does not exist."""
        if name not in FAULTS:
            raise OwnFault(f"there is no fault '{name}'; there are {', '.join(FAULTS)}")
        (self.faults.add if on else self.faults.discard)(name)

    def answer(self, target: str, body: bytes) -> bytes | int | None:
        """What to answer: a body, an HTTP status, or None to cut the connection."""
        split = urlsplit(target)
        with self._lock:
            fault = self._fault(split.path)
            self.seen.calls.append(split.path)
            reply = self._judge(split.path, split.query, body, fault)
        self._tell(f"← {split.path} errcode {reply['errcode']}{f', {fault}' if fault else ''}")
        if fault == "slow":
            self._released.wait()
        match fault:
            case "cut":
                return None
            case "status_500":
                return 500
            case "garbage":
                return b"<html>busy</html>"
            case "huge":
                return json.dumps(reply).encode() + b" " * (2 * 1024 * 1024)
            case "no_errcode":
                reply.pop("errcode")
        return json.dumps(reply, ensure_ascii=False).encode()

    def _fault(self, path: str) -> str:
        """The fault that strikes now, or ""."""
        if self.once:
            return self.once.popleft()
        strikes = TOKENLESS if path.endswith("/gettoken") else self.faults - TOKENLESS
        return next(iter(sorted(self.faults & strikes)), "")

    def _judge(self, path: str, query: str, body: bytes, fault: str) -> Reply:
        if fault in CODES:
            return no(CODES[fault])
        asked = dict(parse_qsl(query))
        if path in UPLOADS:
            return self.rules.upload(path, asked, body)
        try:
            given = json.loads(body) if body else {}
        except ValueError:
            return no(40058)
        return self.rules.judge(path, asked, given if isinstance(given, dict) else {})


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, double: QyapiDouble, port: int) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.double = double


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 30
    server: _Server

    def do_GET(self) -> None:
        """Answer a question."""
        self._answer(b"")

    def do_POST(self) -> None:
        """Answer an order."""
        self._answer(self.rfile.read(min(int(self.headers.get("Content-Length", "0")), _BODY_MAX_BYTES)))

    @override
    def log_message(self, format: str, *args: object) -> None:
        return

    def _answer(self, body: bytes) -> None:
        answer = self.server.double.answer(self.path, body)
        self.close_connection = True
        if answer is None:
            return
        if isinstance(answer, int):
            self.send_error(answer)
            return
        self.send_response(200)
        self.send_header("Content-Type", "application/json; charset=UTF-8")
        self.send_header("Content-Length", str(len(answer)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(answer)
