"""How often a model's proposal for a disturbed plant beats what the plant makes itself."""

from tests.bench.rows import row
from tests.planning.consulting.disrupted import LIMIT_S, counted, outcome

SEEDS = 60


async def measure() -> list[dict[str, object]]:
    """Counts over disruptions with proposals of every kind; all plans are checked again."""
    counts = counted([await outcome(seed) for seed in range(SEEDS)])
    note = f"{SEEDS} disruptions, {LIMIT_S} s each, one worker"
    return [row(f"referee: {name}", count, "times", note=note) for name, count in sorted(counts.items())]
