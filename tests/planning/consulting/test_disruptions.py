"""Whatever a model proposes for a disturbed plant, nothing illegal is offered and nothing is made worse."""

import json

import pytest

from tests.planning.consulting.disrupted import counted, outcome


async def _all_safe(seeds, record_property):
    counts = counted([await outcome(seed) for seed in seeds])
    record_property("counts", json.dumps(counts))
    print(json.dumps(counts, indent=1))  # noqa: T201 - the figures are the result
    assert counts["disruptions"] == len(seeds)
    assert counts["plans offered"] > len(seeds) // 2
    assert counts["illegal plans offered"] == 0
    assert counts["dearer than the plan in force"] == 0
    assert counts["answers refused when read"] >= len(seeds) // 6
    assert counts["proposals broken"] > 0
    assert counts["proposals legal"] > 0
    return counts


async def test_nothing_illegal_is_offered_after_thirty_disruptions(record_property):
    await _all_safe(range(1, 31), record_property)


@pytest.mark.slow
@pytest.mark.timeout(1800)
async def test_nothing_illegal_is_offered_after_three_hundred_disruptions(record_property):
    counts = await _all_safe(range(300), record_property)
    assert counts["proposals legal"] > 80
