"""Training the encoder together with a head, seeded: the same data and machine give the same numbers."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
from numpy.typing import NDArray

from app.learning.encoder import Parameters, encode
from app.learning.pretrained import Shape

Tokens = Sequence[int]
Spell = Callable[[Sequence[str]], Sequence[Tokens]]
Vary = Callable[[str], str]
Progress = Callable[[int, int], None]

_LENGTHS = (16, 24, 36, 64, 160)  # each is compiled once


@dataclass(frozen=True, slots=True)
class Plan:
    """How long and how strongly to train.

    `rate` is the highest step size, reached after `warm` of all steps and falling to 0 as a cosine;
    lower blocks take `decay` times the step of the one above. `smooth` is the share of the label
    that is spread over all. `kept` is the weight of the past in the running mean that is the result.
    """

    epochs: int = 5
    batch: int = 32
    rate: float = 3e-4
    warm: float = 0.1
    decay: float = 0.9
    drop: float = 0.1
    smooth: float = 0.05
    weight_decay: float = 0.01
    kept: float = 0.995
    seed: int = 7


@dataclass(slots=True)
class Batch:
    """Texts of similar length: ids and mask (texts, pieces), labels (texts,), -1 for a row of padding."""

    ids: NDArray[np.int32]
    mask: NDArray[np.int32]
    labels: NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Lessons:
    """What is taught: texts with labels from 0 to `classes` - 1.

    `spell` cuts texts into numbered pieces with a mark at both ends; `vary` is applied to every text
    in every epoch but the first.
    """

    texts: Sequence[str]
    labels: Sequence[int]
    classes: int
    spell: Spell
    vary: Vary


def finetune(
    start: Parameters,
    words: jax.Array,
    shape: Shape,
    lessons: Lessons,
    plan: Plan,
    progress: Progress | None = None,
) -> Parameters:
    """The encoder's parameters after training with a head for the labels, which is left behind.

    `words` are the rows of the pieces that the lessons' texts are spelled with; they are not trained.
    """
    texts, labels = lessons.texts, lessons.labels
    key = jax.random.PRNGKey(plan.seed)
    key, head_key = jax.random.split(key)
    head = jax.random.normal(head_key, (shape.width, lessons.classes)) * 0.02
    trained = {name: jnp.copy(value) for name, value in start.items()}  # a step uses up what it is given
    trained |= {"head.w": head.T, "head.b": jnp.zeros(lessons.classes)}
    steps = plan.epochs * sum(1 for _ in _batches(lessons.spell(texts), labels, plan.batch, 0))
    optimiser = _optimiser(plan, shape, steps, trained)
    state, mean, done = optimiser.init(trained), {name: jnp.copy(value) for name, value in trained.items()}, 0
    step = _step(optimiser, words, shape, plan)
    for epoch in range(plan.epochs):
        seen = [lessons.vary(text) for text in texts] if epoch else list(texts)
        for batch in _batches(lessons.spell(seen), labels, plan.batch, plan.seed + epoch):
            key, drop_key = jax.random.split(key)
            trained, state, mean = step(trained, state, mean, batch.ids, batch.mask, batch.labels, drop_key)
            done += 1
            if progress:
                progress(min(done, steps), steps)
    return {name: value for name, value in mean.items() if not name.startswith("head.")}


def _batches(tokens: Sequence[Tokens], labels: Sequence[int], size: int, seed: int) -> Iterator[Batch]:
    """Every text once, with others of its length, in an order of the seed; the last of a length is padded."""
    order = np.random.default_rng(seed).permutation(len(tokens))
    shelves: dict[int, list[int]] = {}
    groups: list[tuple[int, list[int]]] = []
    for at in order:
        length = next((n for n in _LENGTHS if n >= len(tokens[at])), _LENGTHS[-1])
        shelf = shelves.setdefault(length, [])
        shelf.append(int(at))
        if len(shelf) == size:
            groups.append((length, shelves.pop(length)))
    groups += [(length, shelf) for length, shelf in sorted(shelves.items())]
    for place in np.random.default_rng(seed + 1).permutation(len(groups)):
        length, members = groups[place]
        yield _batch([tokens[at] for at in members], [labels[at] for at in members], length, size)


def _batch(tokens: Sequence[Tokens], labels: Sequence[int], length: int, size: int) -> Batch:
    ids, mask = np.zeros((size, length), np.int32), np.zeros((size, length), np.int32)
    for row, each in enumerate(tokens):
        cut = [*each[: length - 1], each[-1]] if len(each) > length else each
        ids[row, : len(cut)] = cut
        mask[row, : len(cut)] = 2
        mask[row, 0] = mask[row, len(cut) - 1] = 1
    told = np.full(size, -1, np.int32)
    told[: len(labels)] = labels
    return Batch(ids, mask, told)


def _optimiser(plan: Plan, shape: Shape, steps: int, trained: Parameters) -> optax.GradientTransformation:
    rate = optax.warmup_cosine_decay_schedule(0.0, plan.rate, int(plan.warm * steps), steps)

    def depth(name: str) -> float:
        if name.startswith("head."):
            return 1.0
        block = int(name[1:].split(".", maxsplit=1)[0]) + 1 if name.startswith("l") else 0
        return float(plan.decay ** (shape.blocks + 1 - block))

    scales = {name: depth(name) for name in trained}
    shrunk = {name: name.endswith(".w") and "ln" not in name for name in trained}
    return optax.chain(
        optax.clip_by_global_norm(1.0),
        optax.adamw(rate, weight_decay=plan.weight_decay, mask=shrunk),
        optax.stateless(lambda updates, _: {name: updates[name] * scales[name] for name in updates}),
    )


def _step(optimiser: optax.GradientTransformation, words: jax.Array, shape: Shape, plan: Plan) -> Any:
    def cost(trained: Parameters, ids: Any, mask: Any, labels: Any, key: Any) -> jax.Array:
        state = encode(trained, shape, words[ids], mask, key, plan.drop)
        return _cost(state @ trained["head.w"].T + trained["head.b"], labels, plan)

    @partial(jax.jit, donate_argnums=(0, 1, 2))
    def step(
        trained: Parameters, state: Any, mean: Parameters, ids: Any, mask: Any, labels: Any, key: Any
    ) -> Any:
        slope = jax.grad(cost)(trained, ids, mask, labels, key)
        updates, state = optimiser.update(slope, state, trained)
        trained = optax.apply_updates(trained, updates)
        mean = {name: plan.kept * mean[name] + (1 - plan.kept) * trained[name] for name in trained}
        return trained, state, mean

    return step


def _cost(logits: jax.Array, labels: Any, plan: Plan) -> jax.Array:
    """The mean cross-entropy of the rows that are texts; padding has the label -1."""
    real = (labels >= 0).astype(jnp.float32)
    wanted = optax.smooth_labels(jax.nn.one_hot(jnp.maximum(labels, 0), logits.shape[-1]), plan.smooth)
    wrong = optax.softmax_cross_entropy(logits, wanted)
    return (wrong * real).sum() / jnp.maximum(real.sum(), 1)
