"""Parts that verbs need on their own: the lane, the reader with its head, the store beside a service."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from zoneinfo import ZoneInfo

from app.outbound.lane.heads import load_head, load_ngrams, load_recipe
from app.outbound.lane.lane import ModelLane
from app.outbound.lane.plant_heads import PlantHeads
from app.outbound.lane.weights import locate
from app.outbound.shipped import read_rules
from app.outbound.store import SqlStore, open_store
from app.records.errors import ModelWrong, OwnFault
from app.records.recipe import Recipe
from app.records.views import Verified
from app.settings import Settings, shipped
from app.understand.head import Head
from app.understand.reader import Reader


def build_lane(settings: Settings, recipe: Recipe | None = None) -> ModelLane | None:
    """The lane on checked weights, None when switched off; raises ModelWrong. May take seconds.

    `recipe` None is the one that the head was trained with.
    """
    if not settings.model.enabled:
        return None
    weights = locate(settings.model, shipped("models"), settings.weights_dir)
    recipe = recipe or load_recipe(shipped("models"), settings.model.head)
    return ModelLane(weights, recipe, settings.model)


def build_reader(settings: Settings, lane: ModelLane | None, tell: Callable[[str], None]) -> Reader:
    """The understanding, with the head that fits the lane's weights and the one that needs none."""
    reader = Reader(
        read_rules(),
        lane,
        None,
        settings.understanding,
        settings.model.timeout_s,
        settings.wecom.bot.display_name,
        ngrams=load_ngrams(shipped("models"), settings.model.head),
    )
    if lane is not None:
        reader.take_head(*choose_head(settings, lane, tell))
    return reader


def choose_head(settings: Settings, lane: ModelLane, tell: Callable[[str], None]) -> tuple[Head, str]:
    """The plant's own head with its version, or the shipped one with "", which is told where it stands in.

    Raises ModelWrong when the shipped one does not fit the lane either.
    """
    models, name = shipped("models"), settings.model.head
    try:
        own = PlantHeads(settings.plant_heads_dir).load(lane.model_hash, load_recipe(models, name))
        if own is not None:
            return own
    except ModelWrong as fault:
        tell(f"the plant's head cannot serve, the shipped one does: {fault}; try `chargehand learn update`")
    return load_head(models, name, lane.model_hash), ""


def has_store(settings: Settings) -> bool:
    """Whether there is one yet; a store at an address of its own is taken to be there."""
    return bool(settings.store.url) or (settings.data_dir / "chargehand.sqlite").is_file()


@contextmanager
def reading_store(settings: Settings) -> Iterator[SqlStore]:
    """The store beside a running service; raises OwnFault when there is none yet."""
    if not has_store(settings):
        raise OwnFault(f"there is no store in {settings.data_dir}; name the service's --config")
    store = open_store(settings.store_url, zone=ZoneInfo(settings.plant.time_zone))
    try:
        yield store
    finally:
        store.close()


def verify_chain(settings: Settings, anchor: str | None = None) -> Verified:
    """Walk the audit chain of a store."""
    with reading_store(settings) as store:
        return store.audit_verify(anchor)


def open_seeded(settings: Settings) -> SqlStore:
    """The service's store, with the plant's description loaded when it is new."""
    store = open_store(settings.store_url, zone=ZoneInfo(settings.plant.time_zone))
    if settings.plant.seed_file is not None:
        store.seed(settings.plant.seed_file)
    return store
