"""The faults that the web API's double can play, by name."""

from collections.abc import Mapping

CODES: Mapping[str, int] = {
    "bad_secret": 40001,
    "invalid_token": 40014,
    "expired_token": 42001,
    "rate_limit": 45009,
    "wrong_address": 60020,
    "busy": -1,
}
"""Faults that are an error code; `bad_secret` strikes gettoken alone, the others everything else."""

FAULTS: Mapping[str, str] = {
    "bad_secret": "the secret is refused with 40001",
    "invalid_token": "every token is refused with 40014",
    "expired_token": "every token is refused with 42001",
    "rate_limit": "everything is refused with 45009",
    "wrong_address": "everything is refused with 60020, which names the caller's address",
    "busy": "everything is refused with -1",
    "slow": "nothing is answered until `release`",
    "status_500": "everything is answered with HTTP 500",
    "garbage": "everything is answered with something that is not JSON",
    "no_errcode": "everything is answered without an errcode",
    "huge": "everything is answered with 2 MB",
    "cut": "what is asked is done, and the connection cut without an answer",
}
"""Every fault with what it does."""
