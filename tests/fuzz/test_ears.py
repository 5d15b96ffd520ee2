"""The ears hear what is told in any spelling, by either log, and nothing where nothing is told."""

import base64
import logging
from collections.abc import Callable
from urllib.parse import quote, quote_plus

import pytest
import structlog

from tests.fuzz.planted import PLANTED, listening

SPELT: dict[str, Callable[[str], object]] = {
    "plain": str,
    "repr": repr,
    "base64": lambda secret: base64.b64encode(secret.encode()),
    "base64 in a longer text": lambda secret: base64.b64encode(f"x{secret}yy".encode()),
    "base64 further on": lambda secret: base64.urlsafe_b64encode(f"xx{secret}".encode()).decode(),
    "hex": lambda secret: secret.encode().hex(),
    "URL-quoted": lambda secret: f"u?a={quote(secret, safe='')}",
    "quoted as a form": quote_plus,
}


@pytest.mark.parametrize("spelling", SPELT)
@pytest.mark.parametrize("name", PLANTED)
def test_a_secret_is_heard_in_any_spelling(name: str, spelling: str) -> None:
    spelt = SPELT[spelling](PLANTED[name])
    with listening() as ears:
        structlog.get_logger("a").debug("frame", raw=spelt)
        assert ears.told() == {name}
        logging.getLogger("b").debug("frame %s", spelt)
        assert ears.told() == {name}
        assert ears.told() == set()
        assert ears.told(str(spelt)) == {name}


def test_a_secret_in_a_traceback_is_heard() -> None:
    with listening() as ears:
        try:
            raise ValueError(PLANTED["words"])
        except ValueError:
            structlog.get_logger().exception("fault")
            assert ears.told() == {"words"}
            logging.getLogger("b").exception("fault")
            assert ears.told() == {"words"}


def test_what_names_no_secret_is_let_pass_and_the_logs_are_as_before() -> None:
    root, before = logging.getLogger(), structlog.get_config()
    handlers, level = root.handlers, root.level
    with listening() as ears:
        structlog.get_logger().warning("frame_dropped", reason="not_json", size_bytes=17)
        assert ears.told() == set()
        assert ears.heard == 1
    assert (root.handlers, root.level, structlog.get_config()) == (handlers, level, before)
