"""The page for monitoring: /metrics, /healthz and /readyz on a loopback port, in a thread of its own."""

import threading
from collections.abc import Callable, Iterable
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from prometheus_client import CollectorRegistry, make_wsgi_app
from typing_extensions import override

from app.records.errors import SettingsWrong

Check = Callable[[], str]
"""Returns "" when well, otherwise what is wrong."""


class _Quiet(WSGIRequestHandler):
    timeout = 5  # seconds a client may take to send its request

    @override
    def log_message(self, format: str, *args: object) -> None:
        return


class HealthPage:
    """Serves until closed; `port` is the real one when 0 was asked for.

    Raises SettingsWrong when the address cannot be had.
    """

    def __init__(self, listen: str, registry: CollectorRegistry, healthy: Check, ready: Check) -> None:
        host, _, port = listen.rpartition(":")
        self._metrics = make_wsgi_app(registry)
        self._checks = {"/healthz": healthy, "/readyz": ready}
        self._server = self._bound(host, int(port))
        self.port: int = self._server.server_port
        self._thread = threading.Thread(
            target=self._server.serve_forever, name="chargehand-health", daemon=True
        )
        self._thread.start()

    def _bound(self, host: str, port: int) -> WSGIServer:
        try:
            return make_server(host, port, self._answer, handler_class=_Quiet)
        except (OSError, OverflowError) as fault:
            why = f"metrics.listen: {host}:{port}: {getattr(fault, 'strerror', None) or fault}"
            raise SettingsWrong(f"{why}; free the port, or use port 0") from fault

    def _answer(self, environ, start_response) -> Iterable[bytes]:  # type: ignore[no-untyped-def]
        path = environ.get("PATH_INFO", "")
        if path == "/metrics":
            answer: Iterable[bytes] = self._metrics(environ, start_response)
            return answer
        check = self._checks.get(path)
        wrong = check() if check else "not here: /metrics, /healthz, /readyz"
        status = "404 Not Found" if check is None else "503 Service Unavailable" if wrong else "200 OK"
        start_response(status, [("Content-Type", "text/plain; charset=utf-8")])
        return [f"{wrong or 'ok'}\n".encode()]

    def close(self) -> None:
        """Stop serving and free the port."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
