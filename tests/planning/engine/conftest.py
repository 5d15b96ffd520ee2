"""The engine's kernels, loaded once."""

import pytest

from app.planning.engine.warm import warm


@pytest.fixture(scope="session", autouse=True)
def _loaded():
    warm()
