"""Certificates for the whole run."""

import pytest

from tests.relay.authority import Authority
from tests.relay.scene import Papers


@pytest.fixture(scope="session")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Papers:
    folder = tmp_path_factory.mktemp("papers")
    ours, theirs = Authority(folder, "ours"), Authority(folder, "theirs")
    return Papers(ours.file, ours.sign("relay"), ours.sign("appliance"), theirs.sign("stranger"), theirs.file)
