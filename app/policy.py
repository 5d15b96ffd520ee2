"""Who may do what, and how far the appliance may act alone; pure."""

from app.records.decision import Held
from app.records.plant import Machine, Person, QualityCase, Request, RequestState, Role
from app.records.reading import Intent
from app.settings import Cloud, Limits

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
    if hold.reason in {"unclear", "confirm"}:
        return "" if person.userid == requester else "not_yours"
    if person.userid == requester:
        return "own_request"
    if person.role not in hold.roles:
        return "wrong_role"
    if hold.facility and person.facility != hold.facility and person.role is not Role.PLANNER:
        return "wrong_facility"
    return ""


def may_undo(person: Person, requester: str) -> bool:
    """Whether a person may take a done action back: who asked for it, or who leads."""
    return person.userid == requester or person.role in {Role.SUPERVISOR, Role.PLANNER}


def may_open_window(person: Person) -> bool:
    """Whether a person may have checks of the callbacks' address answered for a while."""
    return person.role in {Role.IT, Role.SUPERVISOR}


def may_add_to_case(person: Person, case: QualityCase) -> bool:
    """Whether a person may add a photo to a case: who opened it, quality, a planner, its supervisor."""
    leads = person.role is Role.SUPERVISOR and person.facility == case.facility
    return person.userid == case.opened_by or person.role in {Role.QUALITY, Role.PLANNER} or leads


def may_ask_for_version(person: Person) -> bool:
    """Whether a person may ask for a plan to be published again: who leads; somebody else approves it."""
    return person.role in {Role.SUPERVISOR, Role.PLANNER}


def why_not_answer(person: Person, request: Request) -> str:
    """The code of why `person` may not answer a request of another facility, "" when they may.

    Codes: not_waiting, own_request, wrong_role, wrong_facility. The lead who was asked always may.
    """
    if request.state is not RequestState.WAITING:
        return "not_waiting"
    if person.userid == request.asked_by:
        return "own_request"
    if person.userid == request.lead:
        return ""
    if person.role not in {Role.SUPERVISOR, Role.PLANNER}:
        return "wrong_role"
    if person.facility != request.to_facility and person.role is not Role.PLANNER:
        return "wrong_facility"
    return ""


def approvers(requester: Person, facility: str) -> tuple[Role, ...]:
    """Who may say yes for a facility: its supervisor, and a planner where the supervisor asks."""
    leads = requester.role is Role.SUPERVISOR and requester.facility == facility
    return (Role.SUPERVISOR, Role.PLANNER) if leads else (Role.SUPERVISOR,)


def movement_alone(quantity: float, limits: Limits) -> bool:
    """Whether a movement of `quantity`, in the item's unit, is booked without asking."""
    return 0 < quantity <= limits.movement_max


def count_alone(booked: float, counted: float, limits: Limits) -> bool:
    """Whether a count is booked without asking: it differs little from what is on the books."""
    return abs(counted - booked) <= booked * limits.count_tolerance_percent / 100


def progress_alone(ordered: float, total: float, limits: Limits) -> bool:
    """Whether a total made of an operation is booked without asking: no more than a little extra."""
    return total <= ordered * (1 + limits.overrun_percent / 100)


def machine_alone(person: Person, machine: Machine) -> bool:
    """Whether a person's report about a machine counts at once: their own facility's, or a planner."""
    return person.facility == machine.facility or person.role is Role.PLANNER


def sane(quantity: float, limits: Limits) -> bool:
    """Whether a quantity can be meant: above it is a slip of the finger."""
    return abs(quantity) <= limits.absurd_quantity


def why_not_consult(person: Person, hour: float, cloud: Cloud, *, in_words: bool) -> str:
    """The code of why the cloud may not be asked about a person's wish now, "" when it may.

    Codes: off, no_right, hours, words. `hour` is plant time, 0 to 24; `in_words` is whether it cannot
    be asked without the sender's words.
    """
    if not cloud.enabled:
        return "off"
    if not may_write(person):
        return "no_right"
    if not cloud.from_hour <= hour < cloud.to_hour:
        return "hours"
    return "words" if in_words and cloud.share == "never" else ""
