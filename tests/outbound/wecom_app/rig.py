"""A client of the web API with its clock and its files."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from app.doubles.wecom_app import AGENT_ID, CORP_ID, SECRET, QyapiDouble
from app.outbound.wecom_app.calls import Calls
from app.outbound.wecom_app.client import AppClient
from app.outbound.wecom_app.qyapi import Qyapi
from app.outbound.wecom_app.tokens import Tokens
from app.settings import WecomApp

START = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


def app_settings(folder: Path, url: str, **changes: object) -> WecomApp:
    secret = folder / "app.secret"
    if not secret.exists():
        secret.write_text(f"{SECRET}\n", encoding="utf-8")
    given = {"url": url, "corp_id": CORP_ID, "agent_id": AGENT_ID, "secret_file": secret}
    return WecomApp.model_validate(given | changes)


class Rig:
    """One running client; `restarted` is the next one, with the same files."""

    def __init__(self, double: QyapiDouble, settings: WecomApp, folder: Path) -> None:
        self.double, self.settings, self.folder = double, settings, folder
        self.now = START
        self.pauses: list[float] = []
        self.token_file = folder / "token.json"
        self._apis: list[Qyapi] = []
        self.restart()

    def restart(self) -> None:
        self._apis.append(Qyapi(self.settings))
        self.tokens = Tokens(self.settings, self._apis[-1], self.token_file, lambda: self.now)
        self.calls = Calls(self._apis[-1], self.tokens, pause=self._pause)
        self.client = AppClient(self.calls, self.settings.agent_id, lambda: self.now)

    async def close(self) -> None:
        for api in self._apis:
            await api.aclose()

    def pass_s(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    async def _pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
