"""What the tests of the cloud's double ask it, and how they hear it: a question, a client, a reader."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from app.doubles.cloud import CloudDouble
from app.records import wish_form

MODEL = {"deepseek": "deepseek-flash", "tencent": "hy4-flash", "lan": "local"}
EXAMPLE = '{"tag":"000000000000","answers":[{"wish":"W0","status":"ok","wishes":[],"places":[]}]}'
FIXED = f"Answer with one json document and nothing else. For example: {EXAMPLE}. " + "Keep to it. " * 40
HORIZON = 14 * 1440

QUESTION: dict[str, Any] = {
    "tag": "0123456789ab",
    "origin": "2026-11-23T08:00:00+08:00",
    "horizon": HORIZON,
    "sites": ["S1", "S2"],
    "crews": [],
    "people": ["H1"],
    "hours": [[[600, 1440]], [], [[700, 900]]],
    "machines": [["M1", "S1", 0, []], ["M2", "S2", 1, []], ["M3", "S2", 2, [[0, 60]]]],
    "jobs": [
        ["J1", 1, "P1", "F1", "S1", 900, 1, 0,
         [[0, [["M1", 60], ["M2", 80]], ["M1", 0, 60], 1], [1, [["M2", 120]], ["M2", 60, 180], 0]]],
        ["J2", 1, "P1", None, None, 2500, 2, 30,
         [[0, [["M1", 600]], None, 0], [1, [["M2", 60], ["M3", 50]], ["M2", 3000, 3060], 0]]],
        ["J2", 2, "P1", None, None, 2500, 2, 30, [[0, [["M2", 200], ["M3", 200]], None, 0]]],
        ["J3", 1, "P2", "F2", "S2", 500, 1, 0, [[0, [["M3", 90]], None, 0], [1, [["M1", 45]], None, 0]]],
    ],
    "wishes": [{"wish": "W1", "text": "please expedite J2", "understood": []}],
}  # fmt: skip

KNOWN = wish_form.Known(
    orders=frozenset({"J1", "J2", "J3"}),
    machines=frozenset({"M1", "M2", "M3"}),
    facilities=frozenset({"S1", "S2"}),
    families=frozenset({"F1", "F2"}),
    crews=frozenset({"K1"}),
    people=frozenset({"H1"}),
)


def question(*texts: str | None, **changed: Any) -> dict[str, Any]:
    """The question with these wishes in words."""
    wishes = [{"wish": f"W{n}", "text": text, "understood": []} for n, text in enumerate(texts, 1)]
    return QUESTION | ({"wishes": wishes} if wishes else {}) | changed


def body(
    kind: str = "deepseek", asked: dict[str, Any] | None = None, *, stream: bool = True, **more: Any
) -> dict[str, Any]:
    """A request as a careful client makes it."""
    turns = [
        {"role": "system", "content": FIXED},
        {"role": "user", "content": json.dumps(asked or QUESTION, ensure_ascii=False)},
    ]
    form = {"type": "json_object"}
    told = {"model": MODEL[kind], "messages": turns, "max_tokens": 6000, "response_format": form}
    told |= {"thinking": {"type": "disabled"}, "stream": stream}
    return told | ({"stream_options": {"include_usage": True}} if stream else {}) | more


@dataclass
class Heard:
    """A reply as it came over the wire, and how that ended: the name of httpx's error, or none."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    raw: bytes = b""
    ended: str = ""

    @property
    def text(self) -> str:
        return self.raw.decode("utf-8", "surrogatepass")

    @property
    def doc(self) -> Any:
        """The document of a reply that came whole."""
        return json.loads(self.text)

    @property
    def events(self) -> list[Any]:
        """The events of a stream that are JSON."""
        lines = [line.removeprefix("data:").strip() for line in self.text.splitlines() if line[:5] == "data:"]
        return [told for line in lines if (told := _loads(line)) is not None]

    @property
    def content(self) -> str | None:
        return self._joined("content")

    @property
    def reasoning(self) -> str | None:
        return self._joined("reasoning_content")

    def _joined(self, name: str) -> str | None:
        parts = [part for part in (turn.get(name) for turn, _ in self._turns) if part is not None]
        return "".join(parts) if parts else None

    @property
    def _turns(self) -> list[tuple[dict[str, Any], str | None]]:
        docs = self.events if "event-stream" in self.headers["content-type"] else [self.doc]
        choices = [choice for doc in docs for choice in doc.get("choices") or ()]
        return [(each.get("delta") or each.get("message") or {}, each["finish_reason"]) for each in choices]

    @property
    def finish(self) -> str | None:
        return next((finish for _, finish in self._turns if finish is not None), None)

    @property
    def usage(self) -> dict[str, Any] | None:
        docs = self.events if "event-stream" in self.headers["content-type"] else [self.doc]
        return next((doc["usage"] for doc in docs if doc.get("usage") is not None), None)

    @property
    def answer(self) -> Any:
        """The content as JSON."""
        return json.loads(self.content or "")

    @property
    def places(self) -> list[list[Any]]:
        places: list[list[Any]] = self.answer["answers"][0]["places"]
        return places


def _loads(line: str) -> Any:
    try:
        return json.loads(line)
    except ValueError:
        return None


@contextmanager
def _noting(heard: Heard) -> Iterator[None]:
    try:
        yield
    except httpx.HTTPError as fault:
        heard.ended = type(fault).__name__


async def hear(
    double: CloudDouble,
    told: dict[str, Any] | None = None,
    *,
    client: httpx.AsyncClient | None = None,
    patience_s: float = 20.0,
    most: int = 1024**2,
) -> Heard:
    """Ask once and read until the end, an error, or `most` bytes."""
    heard = Heard()
    own = client or httpx.AsyncClient(trust_env=False)
    with _noting(heard):
        async with own.stream(
            "POST",
            f"{double.base_url}/chat/completions",
            content=json.dumps(told or body(double.kind), ensure_ascii=False).encode(),
            headers={"Authorization": f"Bearer {double.key}", "Content-Type": "application/json"},
            timeout=httpx.Timeout(patience_s),
        ) as reply:
            heard.status, heard.headers = reply.status_code, dict(reply.headers)
            async for part in reply.aiter_raw():
                heard.raw += part
                if len(heard.raw) > most:
                    heard.ended = "too much"
                    break
    if client is None:
        await own.aclose()
    return heard


def flaws(asked: dict[str, Any], places: list[list[Any]]) -> set[str]:
    """What is wrong with a plan, judged apart from how the double makes one."""
    found: set[str] = set()
    steps = {
        (row[0], row[1], step[0]): (dict(step[1]), step[2], step[3], row[7])
        for row in asked["jobs"]
        for step in row[8]
    }
    named = [(order, lot, position) for order, lot, position, _, _ in places]
    if sorted(named) != sorted(steps):
        found.add("jobs")
    spans: list[tuple[str, int, int, tuple[str, int, int]]] = []
    for order, lot, position, machine, start in places:
        known = steps.get((order, lot, position))
        if known is None or machine not in known[0]:
            found.add("options")
            continue
        options, present, fixed, earliest = known
        shut = shut_of(asked)[machine]
        spans.append((machine, start, _end(shut, start, options[machine]), (order, lot, position)))
        if fixed and present[:2] != [machine, start]:
            found.add("fixed")
        if not fixed and start < earliest:
            found.add("earliest")
    return found | _clashes(asked, spans)


def shut_of(asked: dict[str, Any]) -> dict[str, list[list[int]]]:
    """By machine, when it cannot work."""
    return {code: [*asked["hours"][n], *own] for code, _, n, own in asked["machines"]}


def _end(shut: list[list[int]], start: int, minutes: int) -> int:
    """When so many open minutes have passed since."""
    now = start
    while minutes:
        minutes -= not any(low <= now < high for low, high in shut)
        now += 1
    return now


def _clashes(asked: dict[str, Any], spans: list[tuple[str, int, int, tuple[str, int, int]]]) -> set[str]:
    found = set()
    blocked = shut_of(asked)
    for n, (machine, start, end, name) in enumerate(spans):
        if any(low <= start < high for low, high in blocked[machine]):
            found.add("blocked")
        for other, begin, finish, its in spans[n + 1 :]:
            if other == machine and begin < end and start < finish:
                found.add("overlap")
            before, after = ((end, begin), (finish, start))[name[2] > its[2]]
            if name[:2] == its[:2] and before > after:
                found.add("order")
    return found
