"""What limits the work, as the tables have it at one moment."""

import sqlalchemy as sa

from app.outbound.store import rows
from app.outbound.store.floor_tables import (
    AbsenceRow,
    BillRow,
    ChangeoverRow,
    DowntimeRow,
    ReceiptRow,
    SkillRow,
    StaffingRow,
    TransferRow,
)
from app.outbound.store.line import Line, moment
from app.outbound.store.plant_tables import StockRow
from app.outbound.store.tables import Row, table
from app.records.floor import (
    Absence,
    BillLine,
    Changeover,
    Downtime,
    Floor,
    Receipt,
    Skill,
    Staffing,
    Transfer,
)

CHANGEOVERS, TRANSFERS, BILL = table(ChangeoverRow), table(TransferRow), table(BillRow)
RECEIPTS, SKILLS, STAFFING = table(ReceiptRow), table(SkillRow), table(StaffingRow)
ABSENCES, DOWNTIMES = table(AbsenceRow), table(DowntimeRow)


def _every(of: type[Row]) -> "sa.Select[tuple[object, ...]]":
    """All rows, in the order of their keys."""
    found = table(of)
    return sa.select(found).order_by(*found.primary_key.columns)


_CHANGEOVERS, _TRANSFERS, _BILL = _every(ChangeoverRow), _every(TransferRow), _every(BillRow)
_SKILLS, _STAFFING, _STOCK = _every(SkillRow), _every(StaffingRow), _every(StockRow)
_ABSENCES, _DOWNTIMES = _every(AbsenceRow), _every(DowntimeRow)
_RECEIPTS = sa.select(RECEIPTS).where(RECEIPTS.c.quantity > 0).order_by(RECEIPTS.c.at, RECEIPTS.c.n)


def read_floor(line: Line) -> Floor:
    """All of it."""
    return Floor(
        changeovers=tuple(Changeover(*row) for row in line.all(_CHANGEOVERS)),
        transfers=tuple(Transfer(*row) for row in line.all(_TRANSFERS)),
        bill=tuple(BillLine(*row) for row in line.all(_BILL)),
        stock=tuple(map(rows.stock, line.all(_STOCK))),
        receipts=tuple(
            Receipt(item, site, amount, moment(at)) for _, item, site, amount, at in line.all(_RECEIPTS)
        ),
        skills=tuple(Skill(*row) for row in line.all(_SKILLS)),
        staffing=tuple(Staffing(*row) for row in line.all(_STAFFING)),
        absences=tuple(
            Absence(person, moment(start), moment(end)) for _, person, start, end in line.all(_ABSENCES)
        ),
        downtimes=tuple(
            Downtime(machine, moment(start), moment(end), note)
            for _, machine, start, end, note in line.all(_DOWNTIMES)
        ),
    )
