"""The SDKs of the package index, each in an environment of its own that the project never depends on."""

import shutil
import subprocess
import venv
from dataclasses import dataclass
from pathlib import Path

from tests.bench.survival.running import Start, process

ROOT = Path(__file__).parents[3]
ENVIRONMENTS = ROOT / ".bench" / "survival"
_CLIENTS = Path(__file__).with_name("clients")
_VERSION = "from importlib.metadata import version; print(version('websockets'))"


@dataclass(frozen=True, slots=True)
class Rival:
    """An SDK, of whom it is, and the file that drives it."""

    package: str
    version: str
    maker: str
    driver: str

    @property
    def title(self) -> str:
        return f"{self.package} {self.version}"


RIVALS = (
    Rival("wecom-aibot-python-sdk", "1.0.2", "Tencent", "tencent_python_sdk.py"),
    Rival("wecom-aibot-sdk-python", "0.1.7", "community", "sdk_python.py"),
    Rival("wecom-aibot-sdk", "1.0.8", "community", "aibot_sdk.py"),
)
"""Two of them install the same module, so that no environment could hold them all."""


def prepare(rival: Rival, folder: Path = ENVIRONMENTS) -> bool:
    """Make its environment where it is not there yet; False when the package index does not give it."""
    place = folder / rival.package
    if (place / "ready").exists() and (place / "ready").read_text() == rival.title:
        return True
    venv.create(place, with_pip=True, clear=True)
    pip = [place / "bin" / "python", "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    try:
        subprocess.run([*pip, f"{rival.package}=={rival.version}"], check=True, capture_output=True)
    except subprocess.CalledProcessError:
        shutil.rmtree(place)
        return False
    (place / "ready").write_text(rival.title)
    return True


def client(rival: Rival, folder: Path = ENVIRONMENTS) -> Start:
    """Its echo bot."""
    return process(str(_python(rival, folder)), str(_CLIENTS / rival.driver))


def websockets_version(rival: Rival, folder: Path = ENVIRONMENTS) -> str:
    """The version of the library below it."""
    asked = [_python(rival, folder), "-c", _VERSION]
    return subprocess.run(asked, check=True, capture_output=True, text=True).stdout.strip()


def _python(rival: Rival, folder: Path) -> Path:
    return folder / rival.package / "bin" / "python"
