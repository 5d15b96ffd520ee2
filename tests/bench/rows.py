"""One row of bench.json."""


def row(
    name: str, value: float, unit: str, against: str = "", ratio: float | None = None, note: str = ""
) -> dict[str, object]:
    """The contract's fields; `ratio` None where nothing was measured beside it."""
    return {"name": name, "value": value, "unit": unit, "against": against, "ratio": ratio, "note": note}


def percentile(values: list[float], share: float) -> float:
    """Nearest-rank percentile, share in 0..1; values need not be sorted."""
    ordered = sorted(values)
    return ordered[max(0, min(len(ordered) - 1, round(share * len(ordered) + 0.5) - 1))]
