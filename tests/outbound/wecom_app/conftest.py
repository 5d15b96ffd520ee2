"""The web API's double, and a client of it whose pauses are noted and not waited for."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from app.doubles.wecom_app import QyapiDouble
from tests.outbound.wecom_app.rig import Rig, app_settings


@pytest.fixture
def double() -> Iterator[QyapiDouble]:
    with QyapiDouble() as running:
        yield running


@pytest.fixture
async def rig(double: QyapiDouble, tmp_path: Path) -> AsyncIterator[Rig]:
    made = Rig(double, app_settings(tmp_path, double.url), tmp_path)
    yield made
    await made.close()
