"""What people teach, in the store: corrections as sealed steps, taught names beside the plant's own."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from app.outbound.store import open_store
from app.outbound.store.engine import migrate
from app.records.action import TeachName
from app.records.decision import Corrected, Stage
from app.records.errors import OwnFault
from app.records.reading import Intent
from tests.outbound.store.conftest import NOW

NAME = TeachName("大力仔", "item", "SS-420")


def meant(intent: Intent, by: str = "chan.siu-ming") -> Corrected:
    return Corrected(NOW, f"person:{by}", intent, "chat")


async def test_a_correction_is_a_sealed_step_that_leaves_the_stage(plant, make, sql):
    decision = await make.with_steps(plant, make.understood(), make.refused())
    after = await plant.write(lambda book: book.append(decision, (meant(Intent.ORDER_STATUS),)))
    assert after.stage is Stage.REFUSED
    assert (await make.read(plant, decision.id)) == after
    assert plant.audit_verify().ok
    sql("UPDATE steps SET body = replace(body, 'order_status', 'approval') WHERE kind = 'corrected'")
    assert not plant.audit_verify().ok


async def test_the_latest_correction_of_each_decision_is_told_by_ticket(plant, make):
    first = await make.with_steps(plant, make.understood(), make.refused(), meant(Intent.APPROVAL))
    await make.with_steps(plant, make.understood(), make.refused())
    third = await make.with_steps(plant, make.understood(text="貨呢"), make.refused(), meant(Intent.OTHER))
    await plant.write(lambda book: book.append(first, (meant(Intent.ORDER_STATUS),)))
    told = [(c.decision, c.text, c.taken_for, c.intent) for c in plant.corrections()]
    assert told == [
        (first.id, "库存?", Intent.INVENTORY_CHECK, Intent.ORDER_STATUS),
        (third.id, "貨呢", Intent.INVENTORY_CHECK, Intent.OTHER),
    ]


async def test_corrections_by_people_who_may_not_write_are_not_learnt_from(plant, make):
    for by in ("chow.audit", "nobody"):
        await make.with_steps(plant, make.understood(), make.refused(), meant(Intent.OTHER, by))
    assert plant.corrections() == ()


async def test_a_taught_name_is_one_of_the_names_until_it_is_taken_back(plant):
    before = plant.names()
    await plant.write(lambda book: book.apply(NAME, "D-00001:a"))
    await plant.write(lambda book: book.apply(NAME, "D-00001:a"))
    after = plant.names()
    assert after.version == before.version + 1
    assert next(i.aliases for i in after.items if i.code == "SS-420")[-1] == "大力仔"
    assert [i for i in after.items if i.code != "SS-420"] == [i for i in before.items if i.code != "SS-420"]
    assert await plant.write(lambda book: book.reverse(NAME, "D-00001:a"))
    assert plant.names().items == before.items
    assert plant.names().version == before.version + 2


@pytest.mark.parametrize(("what", "code"), [("machine", "GR-03"), ("facility", "B")])
async def test_machines_and_facilities_get_names_too(plant, what, code):
    await plant.write(lambda book: book.apply(TeachName("老伙计", what, code), "D-00001:a"))
    names = plant.names()
    things = names.machines if what == "machine" else names.facilities
    assert [thing.code for thing in things if "老伙计" in thing.aliases] == [code]


async def test_one_word_never_means_two_things(plant):
    await plant.write(lambda book: book.apply(NAME, "D-00001:a"))
    with pytest.raises(OwnFault):
        await plant.write(lambda book: book.apply(TeachName("大力仔", "item", "SS-304"), "D-00002:b"))
    names = plant.names()
    assert [item.code for item in names.items if "大力仔" in item.aliases] == ["SS-420"]


async def test_a_store_of_the_revision_before_is_brought_forward_with_its_rows(url, make, tmp_path: Path):
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    migrate(engine, "0002")
    with engine.begin() as connection:
        assert "taught_names" not in sa.inspect(connection).get_table_names()
        connection.execute(sa.text("INSERT INTO items VALUES ('X-1', 'x', 'x', 'x', 'pcs', '[\"ex\"]', '')"))
        connection.execute(sa.text("INSERT INTO meta VALUES ('names_version', '7')"))
    store = open_store(url)
    try:
        await store.write(lambda book: book.apply(TeachName("老伙计", "item", "X-1"), "k"))
        names = store.names()
    finally:
        store.close()
    assert names.version == 8
    assert names.items[0].aliases == ("ex", "老伙计")
