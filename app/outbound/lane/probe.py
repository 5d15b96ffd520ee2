"""One token evaluated in a child of its own: what `doctor` asks before the lane is trusted."""

from collections.abc import Sequence

from app.outbound.lane.process import COMMAND, ChildGone, Opening, started
from app.outbound.lane.weights import Weights
from app.records.errors import LaneDown
from app.records.recipe import Recipe
from app.settings import Model

_MIB = 1024**2


async def probe(
    model: Model, weights: Weights, recipe: Recipe, *, start_s: float = 60.0, command: Sequence[str] = COMMAND
) -> str:
    """A sentence on how the local model loaded and evaluated; changes nothing.

    Raises LaneDown with the child's exit and last words when it does not.
    """
    try:
        async with started(Opening(weights, recipe, model.threads), command, start_s) as child:
            return (
                f"loaded in {child.load_s:.1f} s, evaluated one token in {child.trial_ms:.0f} ms "
                f"on {model.threads} threads, {child.rss_bytes() // _MIB} MiB resident"
            )
    except ChildGone as fault:
        raise LaneDown(f"the trial evaluation failed: {fault}") from fault
