"""The faults that the web API's double can play, by name."""

from collections.abc import Mapping

CODES: Mapping[str, int] = {
    "bad_secret": 40001,
    "bad_corp": 40013,
    "bad_agent": 40056,
    "bad_user": 40003,
    "bad_type": 40008,
    "bad_parameter": 40058,
    "invalid_token": 40014,
    "expired_token": 42001,
    "token_missing": 41001,
    "empty": 44004,
    "too_long": 45002,
    "rate_limit": 45009,
    "too_many_at_once": 45033,
    "not_allowed": 48002,
    "no_right": 301002,
    "out_of_range": 60011,
    "no_such_user": 60111,
    "nobody_valid": 81013,
    "wrong_address": 60020,
    "busy": -1,
}
"""Faults that are an error code; those of TOKENLESS strike gettoken alone, the others everything else."""

TOKENLESS = frozenset({"bad_secret", "bad_corp"})

FAULTS: Mapping[str, str] = {
    "bad_secret": "the secret is refused with 40001",
    "bad_corp": "the CorpID is refused with 40013",
    "invalid_token": "every token is refused with 40014",
    "expired_token": "every token is refused with 42001",
    "wrong_address": "everything is refused with 60020, which names the caller's address",
    **{
        name: f"everything is refused with {code}"
        for name, code in CODES.items()
        if name not in {"bad_secret", "bad_corp", "invalid_token", "expired_token", "wrong_address"}
    },
    "slow": "nothing is answered until `release`",
    "status_500": "everything is answered with HTTP 500",
    "garbage": "everything is answered with something that is not JSON",
    "no_errcode": "everything is answered without an errcode",
    "huge": "everything is answered with 2 MB",
    "cut": "what is asked is done, and the connection cut without an answer",
}
"""Every fault with what it does."""
