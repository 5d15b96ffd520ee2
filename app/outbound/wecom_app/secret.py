"""A secret that lies in a file, read anew each time it is needed."""

from pathlib import Path

from app.records.errors import SettingsWrong


def read_secret(key: str, file: Path | None) -> str:
    """The file's words; raises SettingsWrong, which names the setting `key`, when there are none."""
    if file is None:
        raise SettingsWrong(f"{key}: set it to the file that holds the secret")
    try:
        secret = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as fault:
        why = fault.strerror if isinstance(fault, OSError) else "not text"
        raise SettingsWrong(f"{key}: {file}: {why}; put the secret there") from None
    if not secret:
        raise SettingsWrong(f"{key}: {file} is empty; put the secret there")
    return secret
