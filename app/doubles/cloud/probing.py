"""What is answered to requests that ask for no answer: models, balance, health."""

from app.doubles.cloud.refusing import error
from app.doubles.cloud.replying import Refusal, document
from app.doubles.cloud.seen import Asked
from app.doubles.cloud.speaking import MODELS, Kind


def probe(kind: Kind, asked: Asked, *, empty: bool, loading: bool) -> Refusal:
    """The reply to a probe; `empty` is that there is no balance, `loading` that health is not good yet."""
    match kind, asked.method, asked.path.removeprefix("/v1"):
        case _, "GET", "/models":
            return Refusal(200, document(_models(kind)))
        case "deepseek", "GET", "/user/balance":
            return Refusal(200, document(_balance(empty=empty)))
        case "lan", "GET", "/health" if loading:
            told = {"message": "Loading model", "type": "unavailable_error", "code": 503}
            return Refusal(503, document({"error": told}))
        case "lan", "GET", "/health":
            return Refusal(200, document({"status": "ok"}))
    return error(kind, 404, f"there is no {asked.path}")


def _models(kind: Kind) -> dict[str, object]:
    owner = {"deepseek": "deepseek", "tencent": "tokenhub", "lan": "plant"}[kind]
    return {
        "object": "list",
        "data": [{"id": name, "object": "model", "owned_by": owner} for name in MODELS[kind]],
    }


def _balance(*, empty: bool) -> dict[str, object]:
    """Amounts are strings."""
    total, granted, paid = ("0.00", "0.00", "0.00") if empty else ("110.00", "10.00", "100.00")
    line = {
        "currency": "CNY",
        "total_balance": total,
        "granted_balance": granted,
        "topped_up_balance": paid,
    }
    return {"is_available": not empty, "balance_infos": [line]}
