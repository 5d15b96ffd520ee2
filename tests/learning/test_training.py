import hashlib
import json
from dataclasses import asdict
from datetime import date
from pathlib import Path

import pytest

from app.learning.intent import train
from app.outbound.lane.heads import load_head, load_ngrams, load_recipe
from app.records.errors import FileWrong, ModelWrong
from app.records.recipe import Recipe
from app.understand.signs import SIGNS

FILES = ("head.json", "ngrams.json", "manifest.toml", "evaluation.json", "reliability.png")


async def test_the_same_data_give_the_same_bytes(letter_lane, course, small_data, tmp_path: Path) -> None:
    outputs = [tmp_path / "one", tmp_path / "two"]
    for output in outputs:
        await train(small_data, output, letter_lane, course, tmp_path / f"cache-{output.name}")
    for name in FILES:
        assert (outputs[0] / name).read_bytes() == (outputs[1] / name).read_bytes(), name


async def test_training_again_asks_the_lane_nothing_and_keeps_the_date(
    letter_lane, course, small_data, tmp_path: Path
) -> None:
    await train(small_data, tmp_path / "intent", letter_lane, course, tmp_path / "cache")
    before, asked = (tmp_path / "intent" / "manifest.toml").read_text(), len(letter_lane.asked)
    assert asked > 0
    later = type(course)(course.base, course.recipe, course.eyes, date(2027, 1, 1))
    await train(small_data, tmp_path / "intent", letter_lane, later, tmp_path / "cache")
    assert len(letter_lane.asked) == asked
    assert (tmp_path / "intent" / "manifest.toml").read_text() == before
    with (small_data / "train.jsonl").open("a") as file:
        file.write("\n")
    await train(small_data, tmp_path / "intent", letter_lane, later, tmp_path / "cache")
    assert "date = 2027-01-01" in (tmp_path / "intent" / "manifest.toml").read_text()


async def test_another_recipe_has_a_cache_of_its_own(letter_lane, course, small_data, tmp_path: Path) -> None:
    await train(small_data, tmp_path / "intent", letter_lane, course, tmp_path / "cache")
    asked = len(letter_lane.asked)
    other = type(course)(course.base, Recipe(layers=(3,)), course.eyes, course.today)
    await train(small_data, tmp_path / "intent", letter_lane, other, tmp_path / "cache")
    assert len(letter_lane.asked) == 2 * asked


async def test_a_damaged_cache_is_an_empty_one(letter_lane, course, small_data, tmp_path: Path) -> None:
    await train(small_data, tmp_path / "intent", letter_lane, course, tmp_path / "cache")
    [cache] = (tmp_path / "cache").iterdir()
    cache.write_bytes(cache.read_bytes()[:2000])
    asked = len(letter_lane.asked)
    await train(small_data, tmp_path / "intent", letter_lane, course, tmp_path / "cache")
    assert len(letter_lane.asked) == 2 * asked


async def test_what_is_written_can_be_loaded(letter_lane, course, small_data, tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    evaluation = await train(
        small_data, tmp_path / "intent", letter_lane, course, tmp_path, lambda *at: seen.append(at)
    )
    head = load_head(tmp_path, "intent", letter_lane.model_hash)
    ngrams = load_ngrams(tmp_path, "intent")
    told = evaluation["calibration"]
    assert (head.features, len(head.classes), head.share) == (64 + len(SIGNS), 10, evaluation["share"])
    assert head.classes == ngrams.classes
    assert (asdict(head.calibration), asdict(ngrams.calibration)) == (told["head"], told["ngrams"])
    assert load_recipe(tmp_path, "intent") == course.recipe
    assert seen[-1][0] == seen[-1][1] == len(letter_lane.asked)
    for name in ("dev", "blind", "blind_without_lane"):
        figures = evaluation[name]
        assert figures["n"] == sum(part["n"] for part in figures["by_language"].values())
        assert figures["entities"]["all"]["right"] > 0
    assert json.loads((tmp_path / "intent" / "evaluation.json").read_text()) == json.loads(
        json.dumps(evaluation)
    )


async def test_a_head_is_refused_for_other_weights_and_when_damaged(
    letter_lane, course, small_data, tmp_path: Path
) -> None:
    await train(small_data, tmp_path / "intent", letter_lane, course, tmp_path / "cache")
    with pytest.raises(ModelWrong, match="was trained on letters 0123456789ab, not ffffffffffff"):
        load_head(tmp_path, "intent", "f" * 12)
    with pytest.raises(ModelWrong, match="No such file"):
        load_head(tmp_path, "nobody", "f" * 12)
    head = tmp_path / "intent" / "head.json"
    head.write_bytes(head.read_bytes().replace(b"approval", b"aprooval"))
    with pytest.raises(ModelWrong, match="damaged"):
        load_head(tmp_path, "intent", letter_lane.model_hash)
    ngrams = tmp_path / "intent" / "ngrams.json"
    ngrams.write_bytes(ngrams.read_bytes()[:-2])
    with pytest.raises(ModelWrong, match=r"damaged: .* of ngrams\.json"):
        load_ngrams(tmp_path, "intent")
    (tmp_path / "intent" / "manifest.toml").write_text("kind = 3")
    with pytest.raises(ModelWrong, match=r"manifest\.toml: name"):
        load_recipe(tmp_path, "intent")


async def test_missing_data_is_named(letter_lane, course, tmp_path: Path) -> None:
    with pytest.raises(FileWrong, match=r"train\.jsonl"):
        await train(tmp_path, tmp_path, letter_lane, course, tmp_path)


async def test_heads_of_other_signs_are_refused_even_when_vouched_for(
    letter_lane, course, small_data, tmp_path: Path
) -> None:
    folder = tmp_path / "intent"
    await train(small_data, folder, letter_lane, course, tmp_path / "cache")
    manifest = (folder / "manifest.toml").read_text()
    for name in ("head.json", "ngrams.json"):
        before = (folder / name).read_bytes()
        after = before.replace(b"thing:order", b"thing:ordre")
        (folder / name).write_bytes(after)
        manifest = manifest.replace(hashlib.sha256(before).hexdigest(), hashlib.sha256(after).hexdigest())
    (folder / "manifest.toml").write_text(manifest)
    with pytest.raises(ModelWrong, match=r"other signs: \['thing:order', 'thing:ordre'\]"):
        load_head(tmp_path, "intent", letter_lane.model_hash)
    with pytest.raises(ModelWrong, match="other signs"):
        load_ngrams(tmp_path, "intent")
