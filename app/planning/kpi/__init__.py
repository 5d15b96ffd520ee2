"""Key figures by the field's definitions: pure formulas on what a day's facts say."""

from app.planning.kpi.day import measure
from app.planning.kpi.gathering import gather
from app.planning.kpi.material import DayFacts, MachineDay

__all__ = ["DayFacts", "MachineDay", "gather", "measure"]
