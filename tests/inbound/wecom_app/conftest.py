"""A plant of its own for each test."""

import pytest

from tests.inbound.wecom_app.plant import Plant


@pytest.fixture
def plant() -> Plant:
    return Plant()
