"""What people think of the invented plant's answers."""

from datetime import date, datetime, timedelta

from app.records.reading import Intent, Layer
from app.records.satisfaction import (
    DaySatisfaction,
    Objection,
    Satisfaction,
    SatisfactionBoard,
    days_of,
    rows_of,
)

TODAY = date(2026, 11, 23)
STOCK, ORDER, MACHINE, BOOKING = (
    Intent.INVENTORY_CHECK, Intent.ORDER_STATUS, Intent.MACHINE_STATUS, Intent.INVENTORY_MOVEMENT
)  # fmt: skip


def opinions(now: datetime) -> SatisfactionBoard:
    days = days_of(TODAY - timedelta(days=13), TODAY)
    found = []
    for n, day in enumerate(days):
        found += [
            DaySatisfaction(day, STOCK, Layer.RULE, Satisfaction(40 + n, 3, n % 3 == 0)),
            DaySatisfaction(day, ORDER, Layer.MODEL, Satisfaction(31, n % 4, n % 2)),
            DaySatisfaction(day, MACHINE, Layer.MODEL, Satisfaction(12, 0, n == 13)),
        ]
        if n > 9:
            found.append(DaySatisfaction(day, BOOKING, Layer.CLOUD, Satisfaction(5, 1, 2)))
    found.append(DaySatisfaction(TODAY, Intent.OTHER, Layer.UNSURE, Satisfaction(3)))
    against = (
        Objection("D-00044", now - timedelta(minutes=7), "zhang.wei", "张伟", MACHINE, Layer.MODEL, (2, 4),
                  "没说清楚什么时候修好", "GR-03 坏了，上不了料"),
        Objection("D-00042", now - timedelta(hours=2), "chan.siu-ming", "陳小明", BOOKING, Layer.CLOUD, (),
                  "", "M6螺絲收咗600个\n麻烦入库 pls"),
        Objection("D-00031", now - timedelta(days=2), "raj.kumar", "Raj Kumar", ORDER, Layer.MODEL, (1, 2, 3),
                  "this is\x1b[2J about another order", "is SO-1042 late?"),
        Objection("D-00031", now - timedelta(days=2, minutes=1), "li.na", "李娜", ORDER, Layer.MODEL, (3,),
                  "", "is SO-1042 late?"),
    )  # fmt: skip
    return SatisfactionBoard(
        now - timedelta(seconds=2),
        days,
        rows_of(found, days, lambda each: each.intent.value),
        rows_of(found, days, lambda each: each.layer.value),
        against,
    )
