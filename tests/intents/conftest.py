"""The demo plant in memory, and a sender with words: what the tests of the intents work with."""

import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from app.ports import Names
from app.records.action import Action, MoveStock, PublishPlan, action_hash, assignments_digest
from app.records.answer import Catalogue, Say
from app.records.decision import Acted, Approved, Decision, Held, PlanAsked, PlanMade, Understood
from app.records.message import Language, Message, MessageKind
from app.records.plant import (
    Assignment,
    Calendar,
    Facility,
    Item,
    Machine,
    MachineState,
    MovementKind,
    Name,
    Operation,
    OperationState,
    Order,
    Person,
    Plan,
    PlanState,
    QualityCase,
    Request,
    RequestState,
    Role,
    Severity,
    StockLine,
)
from app.records.reading import Entities, Intent, Layer, Reading
from app.records.verdict import Act, Ask, Hold, Refuse
from app.settings import Limits

NOW = datetime(2026, 11, 23, 2, 20, tzinfo=UTC)  # Monday, 10:20 at the plant
ZONE = ZoneInfo("Asia/Hong_Kong")
ROOT = Path(__file__).parents[2]
H = timedelta(hours=1)


@dataclass(frozen=True)
class FakeFacts:
    """The `Facts` port over tuples."""

    every_person: tuple[Person, ...]
    every_facility: tuple[Facility, ...]
    every_item: tuple[Item, ...]
    lines: tuple[StockLine, ...]
    every_machine: tuple[Machine, ...]
    every_order: tuple[Order, ...]
    plans: tuple[Plan, ...] = ()
    every_case: tuple[QualityCase, ...] = ()
    every_request: tuple[Request, ...] = ()
    decisions: tuple[Decision, ...] = ()
    days: tuple[Calendar, ...] = field(default=())

    def person(self, userid: str) -> Person | None:
        return next((p for p in self.every_person if p.userid == userid), None)

    def userid(self, sender: str) -> str:
        return sender

    def people(self, role: Role | None = None, facility: str | None = None) -> tuple[Person, ...]:
        return tuple(
            p for p in self.every_person if role in {None, p.role} and facility in {None, p.facility}
        )

    def facilities(self) -> tuple[Facility, ...]:
        return self.every_facility

    def calendars(self) -> tuple[Calendar, ...]:
        return self.days

    def items(self) -> tuple[Item, ...]:
        return self.every_item

    def item(self, code: str) -> Item | None:
        return next((i for i in self.every_item if i.code == code), None)

    def stock(self, item: str) -> tuple[StockLine, ...]:
        return tuple(sorted((s for s in self.lines if s.item == item), key=lambda s: s.facility))

    def machines(self) -> tuple[Machine, ...]:
        return self.every_machine

    def machine(self, code: str) -> Machine | None:
        return next((m for m in self.every_machine if m.code == code), None)

    def orders(self) -> tuple[Order, ...]:
        still = (o for o in self.every_order if any(x.state is not OperationState.DONE for x in o.operations))
        return tuple(sorted(still, key=lambda o: o.due))

    def order(self, number: str) -> Order | None:
        return next((o for o in self.every_order if o.number == number), None)

    def running_on(self, machine: str) -> Operation | None:
        steps = (step for order in self.every_order for step in order.operations)
        return next((s for s in steps if s.machine == machine and s.state is OperationState.RUNNING), None)

    def plan(self) -> Plan | None:
        return next((p for p in self.plans if p.state is PlanState.PUBLISHED), None)

    def plan_named(self, plan_id: str) -> Plan | None:
        return next((p for p in self.plans if p.id == plan_id), None)

    def case(self, number: str) -> QualityCase | None:
        return next((c for c in self.every_case if c.number == number), None)

    def cases(self) -> tuple[QualityCase, ...]:
        return tuple(c for c in self.every_case if c.open)

    def request(self, number: str) -> Request | None:
        return next((r for r in self.every_request if r.number == number), None)

    def requests(self) -> tuple[Request, ...]:
        return tuple(r for r in self.every_request if r.state is RequestState.WAITING)

    def decision(self, decision_id: str) -> Decision | None:
        return next((d for d in self.decisions if d.id == decision_id), None)

    def held(self) -> tuple[Decision, ...]:
        return tuple(d for d in self.decisions if d.hold)

    def names(self) -> Names:
        numbers = tuple(o.number for o in self.every_order)
        return Names(1, self.every_facility, self.every_machine, self.every_item, numbers)

    def names_version(self) -> int:
        return 1


_PEOPLE = """lee.wai-man A supervisor zh-Hant;wong.ka-yan B supervisor yue;ho.chi-keung C supervisor zh-Hant
ng.mei-ling A planner en;lam.suk-fan B quality zh-Hant;tsang.kin-pong A it en;chow.audit C auditor en
chan.siu-ming A operator yue;zhang.wei A operator zh-Hans;liu.yang B operator zh-Hans
maria.santos B operator en;yip.ho-yin C operator yue;thomas.okoye C operator en"""


def _people() -> tuple[Person, ...]:
    rows = (row.split() for row in _PEOPLE.replace("\n", ";").split(";"))
    return tuple(
        Person(uid, uid.replace(".", " ").title(), site, Role(role), Language(lang))
        for uid, site, role, lang in rows
    )


_FACILITIES = (
    Facility("A", Name("Kwai Chung", "葵涌厂", "葵涌廠"), ("葵涌",), "day"),
    Facility("B", Name("Tuen Mun", "屯门厂", "屯門廠"), ("屯門",), "always"),
    Facility("C", Name("Fo Tan", "火炭厂", "火炭廠"), ("火炭",), "day"),
)
_ITEMS = (
    Item("KN-CHEF-8", Name("8-inch chef's knife", "8寸主厨刀", "8吋主廚刀"), "pcs", ()),
    Item("KN-STEAK", Name("steak knife", "牛排刀", "牛扒刀"), "pcs", ()),
    Item("SET-24", Name("24-piece set", "24件套", "24件套"), "set", ()),
    Item("SS-420", Name("420 stainless coil", "420不锈钢卷", "420不鏽鋼卷"), "kg", ()),
    Item("HD-POM", Name("black POM handle", "黑色手柄", "黑色手柄"), "pcs", ()),
    Item("BX-GIFT", Name("gift box", "礼盒", "禮盒"), "pcs", ()),
    Item("OIL-Q", Name("quenching oil", "淬火油", "淬火油"), "L", ()),
)
_STOCK = (
    StockLine("KN-CHEF-8", "A", 120, 0, "A-01", NOW - 2 * H),
    StockLine("KN-CHEF-8", "C", 300, 40, "C-07", NOW - 50 * H),
    StockLine("SS-420", "A", 5000, 0, "A-20", NOW - H / 4),
    StockLine("HD-POM", "A", 900, 100, "A-11", NOW),
    StockLine("HD-POM", "C", 2000, 0, "C-02", NOW),
    StockLine("BX-GIFT", "C", 80, 0, "C-03", NOW),
    StockLine("OIL-Q", "B", 36, 0, "", NOW),
)
_MACHINES = (
    *(
        Machine(code, Name(en, hans, hans), kind, site, (), "day", MachineState.RUNNING, NOW - 5 * H)
        for code, en, hans, kind, site in (
            ("ST-01", "Press 1", "1号冲压机", "stamping", "A"),
            ("GR-03", "Grinder 3", "3号磨床", "grinding", "A"),
            ("HT-01", "Furnace 1", "1号热处理炉", "heat_treatment", "B"),
            ("PL-01", "Polisher 1", "1号抛光机", "polishing", "B"),
            ("PK-01", "Packing line 1", "1号包装线", "packing", "C"),
        )
    ),
    Machine("LS-02", Name("Laser 2", "2号激光机", "2號激光機"), "laser", "C", (), "day",
            MachineState.DOWN, NOW - 3 * H, NOW + H),
)  # fmt: skip


def operation(
    order: str, position: int, kind: str, state: str, made: float = 0, machine: str | None = None
) -> Operation:
    names = {
        "stamping": Name("stamping", "冲压", "沖壓"),
        "grinding": Name("grinding", "打磨", "打磨"),
        "polishing": Name("polishing", "抛光", "拋光"),
        "packing": Name("packing", "包装", "包裝"),
    }
    ended = NOW - H if state == "done" else None
    return Operation(order, position, names[kind], kind, 240, OperationState(state), made, machine,
                     finished_at=ended)  # fmt: skip


def order(number: str, item: str, quantity: float, due_h: float, *operations: Operation, **more) -> Order:
    values = {"facility": "A", "weight": 3, "on_hold": False} | more
    return Order(number, "Harbour Table", item, quantity, values["facility"], NOW - 48 * H, NOW + due_h * H,
                 values["weight"], values["on_hold"], operations)  # fmt: skip


_ORDERS = (
    order("SO-1042", "KN-CHEF-8", 600, 30,
          operation("SO-1042", 0, "stamping", "done", 600, "ST-01"),
          operation("SO-1042", 1, "grinding", "running", 200, "GR-03"),
          operation("SO-1042", 2, "polishing", "waiting")),
    order("SO-1043", "KN-STEAK", 100, 5,
          operation("SO-1043", 0, "stamping", "waiting"),
          operation("SO-1043", 1, "packing", "waiting"), on_hold=True),
    order("SO-1050", "SET-24", 400, 200, operation("SO-1050", 0, "packing", "running", 70, "PK-01"),
          facility="C"),
    order("SO-1055", "KN-STEAK", 50, -3, operation("SO-1055", 0, "stamping", "waiting")),
    order("SO-1031", "KN-CHEF-8", 10, -100, operation("SO-1031", 0, "stamping", "done", 10, "ST-01")),
)  # fmt: skip
_SLOTS = (
    Assignment("SO-1042", 1, "GR-03", NOW - H, NOW + 6 * H),
    Assignment("SO-1042", 2, "PL-01", NOW + 8 * H, NOW + 32 * H),
    Assignment("SO-1043", 0, "ST-01", NOW + 26 * H, NOW + 28 * H),
    Assignment("SO-1050", 0, "PK-01", NOW, NOW + 20 * H),
)
_PLANS = (
    Plan("P-1", "solver", NOW - 9 * H, PlanState.PUBLISHED, _SLOTS),
    Plan("P-2", "solver", NOW, PlanState.PROPOSED, _SLOTS, ("SO-1042",), 120, 3, 41),
)
_CASES = (
    QualityCase("Q-0007", "B", "柄有裂", Severity.CRITICAL, "liu.yang", NOW - 5 * H, "SO-1042", "KN-CHEF-8",
                None, 40),
    QualityCase("Q-0008", "C", "scratches", Severity.MINOR, "thomas.okoye", NOW - 9 * H, open=False),
)  # fmt: skip
_REQUESTS = (
    Request("R-0003", "people", "要兩個人", "C", "A", "yip.ho-yin", "lee.wai-man", RequestState.WAITING,
            NOW - H),
    Request("R-0002", "truck", "借車", "A", "B", "chan.siu-ming", "wong.ka-yan", RequestState.ACCEPTED,
            NOW - 9 * H, NOW - 8 * H),
)  # fmt: skip


def message(sender: str, text: str, **more) -> Message:
    return Message("m1", sender, None, more.pop("kind", MessageKind.TEXT), text, NOW, **more)


def reading(intent: Intent, text: str, language: Language = Language.EN, **entities) -> Reading:
    question = entities.pop("question", False)
    unknown = entities.pop("unknown", ())
    return Reading(intent, 0.9, Layer.RULE, True, language, "rule:test", text, question,
                   Entities(**entities), unknown)  # fmt: skip


def held_decision(
    number: str, sender: str, action: Action, roles: tuple[Role, ...], site: str | None
) -> Decision:
    held = Held(NOW, NOW + 4 * H, "approval", Say("words.just_now"), Say("words.state.down"), action,
                roles, site)  # fmt: skip
    read = reading(Intent.INVENTORY_MOVEMENT, "x")
    return Decision(number, message(sender, "x")).then(Understood(NOW, read)).then(held)


ISSUE = MoveStock("SS-420", "A", MovementKind.ISSUE, 2000)
PUBLISH = PublishPlan("P-2", assignments_digest(_SLOTS))


def _decisions() -> tuple[Decision, ...]:
    wish = Decision("D-00050", message("zhang.wei", "插单")).then(
        Understood(NOW, reading(Intent.PRODUCTION_SCHEDULE, "插单"))
    )
    hold = Held(NOW, NOW + 4 * H, "approval", Say("words.just_now"), Say("words.state.slow"), PUBLISH,
                (Role.PLANNER, Role.SUPERVISOR))  # fmt: skip
    plan = wish.then(PlanAsked(NOW, "插单")).then(PlanMade(NOW, "P-2", "solver", 900.0, hold))
    read = Decision("D-00043", message("zhang.wei", "hi")).then(
        Understood(NOW, reading(Intent.INVENTORY_MOVEMENT, "hi"))
    )
    small = MoveStock("SS-420", "A", MovementKind.RECEIPT, 5)
    done = read.then(Approved(NOW, "policy:movement_limit", small, action_hash(small)))
    unclear = Held(NOW, NOW + H, "unclear", Say("words.just_now"), Say("words.just_now"),
                   choices=(Intent.OTHER,))  # fmt: skip
    return (
        held_decision("D-00042", "zhang.wei", ISSUE, (Role.SUPERVISOR,), "A"),
        plan,
        done.then(Acted(NOW, "k", Say("words.state.running"))),
        Decision("D-00044", message("maria.santos", "?")).then(
            Understood(NOW, reading(Intent.OTHER, "?"))
        ).then(unclear),
    )  # fmt: skip


@pytest.fixture
def plant() -> FakeFacts:
    """The demo plant; change it with `dataclasses.replace`."""
    return FakeFacts(_people(), _FACILITIES, _ITEMS, _STOCK, _MACHINES, _ORDERS, _PLANS, _CASES, _REQUESTS,
                     _decisions())  # fmt: skip


@pytest.fixture
def limits() -> Limits:
    return Limits()


@pytest.fixture
def ask(plant: FakeFacts) -> Callable[..., Ask]:
    """`ask(sender, intent, text, **entities)`; also `question`, `unknown`, `quote`, `kind`."""

    def build(sender: str, intent: Intent, text: str, **more) -> Ask:
        person = plant.person(sender)
        assert person is not None
        carried = {k: more.pop(k) for k in ("quote", "kind", "refers_to") if k in more}
        words = {k: v if k in {"question", "unknown"} else tuple(v) for k, v in more.items()}
        return Ask(person, message(sender, text, **carried), reading(intent, text, person.language, **words),
                   NOW, ZONE)  # fmt: skip

    return build


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    sentences: dict[str, dict[str, str]] = {}
    for file in sorted((ROOT / "config" / "answers").glob("*.toml")):
        sentences |= tomllib.loads(file.read_text(encoding="utf-8"))
    return Catalogue(sentences, ZONE)


@pytest.fixture
def told(catalogue: Catalogue) -> Callable[..., str]:
    """The sentence in a language; checks on the way that all four can be said, notices too."""

    def render(outcome: Act | Refuse | Hold | Say, language: Language = Language.EN) -> str:
        says = [outcome] if isinstance(outcome, Say) else []
        if isinstance(outcome, Act | Refuse):
            says = [outcome.say]
        if isinstance(outcome, Hold):
            says = [outcome.proposal, outcome.why]
        if isinstance(outcome, Act):
            says += [notice.say for notice in outcome.notices]
        for each in (replace(s, values={**s.values, "made": "X-0001"}) for s in says):
            assert all(catalogue.render(each, language, NOW) for language in Language)
        first = replace(says[0], values={**says[0].values, "made": "X-0001"})
        return catalogue.render(first, language, NOW)

    return render
