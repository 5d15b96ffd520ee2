"""Who may do what, and how far the appliance may act alone; pure."""

from app.records.decision import Held
from app.records.plant import Person, Role
from app.records.reading import Intent

WRITES = frozenset(
    {
        Intent.PRODUCTION_SCHEDULE,
        Intent.INVENTORY_MOVEMENT,
        Intent.QUALITY_ISSUE,
        Intent.MACHINE_STATUS,
        Intent.PROGRESS_REPORT,
        Intent.COORDINATION,
        Intent.APPROVAL,
    }
)
"""Intents that may change something; they need the higher confidence."""


def may_write(person: Person) -> bool:
    """Whether a person may cause any change at all; auditors only read."""
    return person.role is not Role.AUDITOR


def why_not_approve(person: Person, hold: Held, requester: str) -> str:
    """The code of why `person` may not say yes to what is held, "" when they may.

    Codes: own_request, wrong_role, wrong_facility. Planners act for every facility.
    """
    if hold.reason == "unclear":
        return "" if person.userid == requester else "not_yours"
    if person.userid == requester:
        return "own_request"
    if person.role not in hold.roles:
        return "wrong_role"
    if hold.facility and person.facility != hold.facility and person.role is not Role.PLANNER:
        return "wrong_facility"
    return ""
