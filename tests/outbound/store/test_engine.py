"""Opening: pragmas, migrations from the oldest, and the refusal of what cannot be used."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from app.outbound.store import open_store
from app.outbound.store.engine import Engines, migrate, open_engines
from app.outbound.store.plant_tables import PersonRow
from app.outbound.store.tables import METADATA
from app.records.errors import Down, OwnFault, SettingsWrong, StoreTooNew


def raw(url: str) -> sa.Engine:
    return sa.create_engine(url, poolclass=sa.NullPool)


def test_the_migrations_make_the_tables_of_the_code(url: str):
    assert PersonRow.metadata is METADATA
    engines = open_engines(url)
    with engines.write.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, METADATA) == []
        connection.rollback()


def test_indexes_that_guard_are_there(url: str):
    engines = open_engines(url)
    with engines.write.connect() as connection:
        found = sa.inspect(connection)
        unique = {i["name"] for t in ("outbox", "plans") for i in found.get_indexes(t) if i["unique"]}
        connection.rollback()
    assert {"ux_outbox_one_final", "ux_plans_one_published"} <= unique


async def test_a_store_of_the_oldest_revision_is_brought_forward_with_its_rows(url: str, make):
    engine = raw(url)
    migrate(engine, "0001")
    with engine.begin() as connection:
        assert "people" not in sa.inspect(connection).get_table_names()
        connection.execute(sa.text(
            "INSERT INTO inbox (msgid, sender, kind, text, quote, refers_to, req_id, raw, received_at)"
            " VALUES ('old', 'chan.siu-ming', 'text', '舊', '', '', '', '', '2026-01-01T00:00:00+00:00')"
        ))  # fmt: skip
        connection.execute(sa.text(
            "INSERT INTO decisions (inbox, part, stage, sender, steps, created_at, updated_at)"
            " VALUES (1, 0, 'received', 'chan.siu-ming', 0, '', '')"
        ))  # fmt: skip
    store = open_store(url)
    assert (await make.read(store, "D-00001")).message.text == "舊"
    assert [d.id for d in await store.unfinished()] == ["D-00001"]
    store.close()


def test_a_store_of_a_newer_version_is_refused_and_left_alone(url: str):
    open_store(url).close()
    engine = raw(url)
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreTooNew, match=r"9999.*install the newer version"):
        open_store(url)
    with engine.begin() as connection:
        assert connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar() == "9999"


def test_opening_again_changes_nothing(url: str):
    for _ in range(2):
        open_store(url).close()


def pragma(engines: Engines, name: str) -> object:
    with engines.write.connect() as connection:
        return connection.exec_driver_sql(f"PRAGMA {name}").scalar()


def test_every_connection_that_writes_is_durable(tmp_path: Path):
    engines = open_engines(f"sqlite:///{tmp_path / 'deep' / 'er' / 'store.sqlite'}")
    for name, value in (
        ("journal_mode", "wal"),
        ("synchronous", 2),
        ("foreign_keys", 1),
        ("busy_timeout", 5000),
    ):
        assert pragma(engines, name) == value


@pytest.mark.parametrize(
    "url", ["nonsense", "mysql://x/y", "sqlite://", "sqlite:///:memory:", "postgresql+asyncpg://x/y", ""]
)
def test_an_address_that_cannot_be_used_is_refused(url: str):
    with pytest.raises(SettingsWrong, match=r"store\.url"):
        open_store(url)


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(SettingsWrong, match="file"):
        open_store(f"sqlite:///{tmp_path / 'file' / 'store.sqlite'}")


def test_a_directory_is_named(tmp_path: Path):
    with pytest.raises(SettingsWrong, match="is a directory"):
        open_store(f"sqlite:///{tmp_path}")


def test_a_password_is_not_shown():
    pytest.importorskip("psycopg")
    with pytest.raises(Down) as down:
        open_store("postgresql+psycopg://me:hunter2@127.0.0.1:1/none")
    assert "hunter2" not in str(down.value)
    assert "127.0.0.1" in str(down.value)
    with pytest.raises(SettingsWrong) as wrong:
        open_store("postgresql://me:hunter2@[::1/none")
    assert "hunter2" not in str(wrong.value)


def test_a_truncated_store_is_named(tmp_path: Path):
    file = tmp_path / "store.sqlite"
    open_store(f"sqlite:///{file}").close()
    with file.open("r+b") as found:
        found.truncate(file.stat().st_size // 2)
    with pytest.raises(OwnFault, match="malformed"):
        open_store(f"sqlite:///{file}")


def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path):
    file = tmp_path / "store.sqlite"
    file.write_bytes(b"this is a letter to the plant manager" * 100)
    with pytest.raises(OwnFault, match="not a database"):
        open_store(f"sqlite:///{file}")
    assert file.read_bytes().startswith(b"this is a letter")


def test_a_database_of_somebody_else_is_not_taken_over(tmp_path: Path):
    file = tmp_path / "store.sqlite"
    with raw(f"sqlite:///{file}").begin() as connection:
        connection.execute(sa.text("CREATE TABLE inbox (hello TEXT)"))
    with pytest.raises(OwnFault):
        open_store(f"sqlite:///{file}")
