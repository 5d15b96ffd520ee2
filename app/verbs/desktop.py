"""The desktop form: service and console in one terminal, one command."""

from pathlib import Path

from app.console import run_async
from app.records.errors import SettingsWrong
from app.settings import SYSTEM_FILE, Settings
from app.verbs.service import Service, running

_READY_S = 120.0


async def serve_with_console(config: Path | None, settings: Settings) -> int:
    """The service as a child, the console in front; leaving the console stops both."""
    file = config or SYSTEM_FILE
    if not file.is_file():
        raise SettingsWrong(f"{file} is missing; name a configuration with --config")
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    service = Service(file, settings.socket_path, settings.data_dir / "service.log")
    async with running(service):
        await service.listening(timeout_s=_READY_S)
        return await run_async(settings.socket_path, None)
