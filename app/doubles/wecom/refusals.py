"""Refusals that a test orders for the next commands."""

from dataclasses import dataclass, field

_APART = frozenset({"ping", "aibot_subscribe"})  # struck only when they are named


@dataclass(slots=True)
class _Refusal:
    errcode: int
    left: float
    cmd: str

    def strikes(self, cmd: str) -> bool:
        return self.left > 0 and (self.cmd == cmd if self.cmd else cmd not in _APART)


@dataclass(slots=True)
class Refusals:
    """What is still to be refused, first ordered first."""

    _ordered: list[_Refusal] = field(default_factory=list)

    def order(self, errcode: int, times: int | None, cmd: str) -> None:
        """Refuse so many commands of this name; times None means all, cmd "" any but ping and subscribe."""
        self._ordered.append(_Refusal(errcode, float("inf") if times is None else times, cmd))

    def strike(self, cmd: str) -> int:
        """The errcode for a command that has come, 0 when none was ordered for it."""
        for each in self._ordered:
            if each.strikes(cmd):
                each.left -= 1
                return each.errcode
        return 0

    def relent(self) -> None:
        """Refuse no more."""
        self._ordered.clear()
