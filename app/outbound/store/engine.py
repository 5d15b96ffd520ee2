"""Opening a database: its address, its pragmas, its migrations, and the refusal of a newer one's."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import event
from sqlalchemy.pool import NullPool

from app.outbound.store.faults import Caught, named
from app.outbound.store.line import Line
from app.records.errors import SettingsWrong, StoreTooNew

PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=5000")


@dataclass(frozen=True, slots=True)
class Engines:
    """Two ways into one database: `write` takes the write lock as it begins, `read` only looks."""

    write: sa.Engine
    read: sa.Engine

    def writer(self) -> Line:
        """A new connection that writes."""
        return Line(self.write.connect())

    def reader(self) -> Line:
        """A new connection whose transactions see one moment and change nothing."""
        return Line(self.read.connect())

    def close(self) -> None:
        """Let go of everything."""
        self.write.dispose()
        self.read.dispose()


def open_engines(url: str) -> Engines:
    """Both ways into the database at `url`, its tables brought to this version.

    Raises SettingsWrong for an address that cannot be used, StoreTooNew, StoreFull, Down or
    OwnFault when the database cannot be opened.
    """
    parsed = _parsed(url)
    try:
        engines = _sqlite(parsed) if parsed.get_backend_name() == "sqlite" else _postgresql(parsed)
    except ImportError as fault:
        raise SettingsWrong(f"store.url needs {fault.name}; install chargehand[postgres]") from fault
    caught = Caught()
    with caught:
        migrate(engines.write)
    if caught.fault is not None:
        engines.close()
        raise named(caught.fault, f"the store at {parsed.render_as_string()}")
    return engines


def _parsed(url: str) -> sa.URL:
    try:
        parsed = sa.make_url(url)
    except (sa.exc.ArgumentError, ValueError) as fault:
        raise SettingsWrong("store.url is no address of a database, such as sqlite:////var/lib/x") from fault
    if parsed.drivername in {"postgres", "postgresql"}:
        parsed = parsed.set(drivername="postgresql+psycopg")
    if parsed.drivername not in {"sqlite", "postgresql+psycopg"}:
        raise SettingsWrong(f"store.url: '{parsed.drivername}' is neither sqlite nor postgresql+psycopg")
    if parsed.drivername == "sqlite" and parsed.database in {None, "", ":memory:"}:
        raise SettingsWrong("store.url: a store in memory would lose everything; name a file")
    return parsed


def _postgresql(url: sa.URL) -> Engines:
    looking: Any = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    write = sa.create_engine(url, poolclass=NullPool)
    read = sa.create_engine(url, poolclass=NullPool).execution_options(**looking)
    return Engines(write, read)


def _sqlite(url: sa.URL) -> Engines:
    if Path(url.database or "").is_dir():
        raise SettingsWrong(f"store.url: {url.database} is a directory; name a file in it")
    try:
        Path(url.database or "").parent.mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        raise SettingsWrong(f"store.url: {url.database}: {fault.strerror}") from fault
    return Engines(
        _sqlite_engine(url, PRAGMAS, "BEGIN IMMEDIATE"),
        _sqlite_engine(url, ("query_only=ON", "busy_timeout=5000"), "BEGIN"),
    )


def _sqlite_engine(url: sa.URL, pragmas: tuple[str, ...], begin: str) -> sa.Engine:
    """Transactions are begun by us: the driver's own way begins them too late to be consistent."""
    options = {"isolation_level": None, "check_same_thread": False}
    engine = sa.create_engine(url, poolclass=NullPool, connect_args=options, paramstyle="named")
    event.listen(engine, "connect", _pragmas_setter(pragmas))
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(begin))
    return engine


def _pragmas_setter(pragmas: tuple[str, ...]) -> Callable[[Any, object], None]:
    def set_pragmas(connection: Any, _record: object) -> None:
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}").close()

    return set_pragmas


def migrate(engine: sa.Engine, to: str = "head") -> None:
    """Bring the tables forward to a revision; raises StoreTooNew for one that is not known here."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    scripts = ScriptDirectory.from_config(config)
    with engine.connect() as connection:
        found = MigrationContext.configure(connection).get_current_heads()
        _refuse_newer(found, scripts)
        connection.rollback()
        if found != (scripts.get_current_head(),):
            config.attributes["connection"] = connection
            command.upgrade(config, to)
            connection.commit()


def _refuse_newer(found: tuple[str, ...], scripts: ScriptDirectory) -> None:
    unknown = set(found) - {script.revision for script in scripts.walk_revisions()}
    if unknown:
        raise StoreTooNew(
            f"the store's tables are of revision {', '.join(sorted(unknown))}, this version knows up to "
            f"{scripts.get_current_head()}; install the newer version or restore a backup"
        )
