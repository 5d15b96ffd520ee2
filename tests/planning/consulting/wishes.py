"""Generated wishes in three scripts, full of what must not leave, and the forms that they are in part."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

import opencc

from app.records import wish as w

TO_TRADITIONAL, TO_SIMPLIFIED = opencc.OpenCC("s2hk"), opencc.OpenCC("hk2s")
HOUR = datetime(2026, 11, 25, 1, tzinfo=UTC)

TEMPLATES = (
    "please run {order} before {order}, {customer} is waiting",
    "{person} says {machine} is down until 3pm, move {order} to {machine}",
    "rush {order} ({item}) for {customer}, they pay {price} more",
    "can {site} take {order} from {site}? ask {person}, budget {price}",
    "split {order} in 2 lots and keep it off {machine} tomorrow 8am-12pm{personal}",
    "{customer} called about {item}{personal}; {order} first, by 10:45",
    "把{order}排在{order}前面，{customer}催得很紧",
    "{machine}坏了，{order}改到{machine}做，找{person}",
    "{site}明天停电，{item}全部放到{site}，费用{price}{personal}",
    "{person}请假到星期五，{order}先冻结，{price}不能超{personal}",
    "{customer}嗰批{item}好急，{order}擺喺{order}之前啦",
    "{machine}今晚唔好開，{order}聽日先做，{person}返唔到{personal}",
    "{order}嗰張單{price}，{site}做唔切就去{site}",
    "唔該叫{person}睇住{machine}，{customer}嘅{item}要三點前走{personal}",
)

PERSONAL = (
    ", tel 6123 4567", " 電話９８７６５４３２", "，手机13812345678", " call +852 2345-6789", " 138 1234 5678",
    " mail buyer@nordbakken.example", " 郵箱 joe.chan@hotels.hk", " HKID A123456(7)",
    " 身份证11010519491231002X",
    " card 4111 1111 1111 1111", " see https://erp.plant.example/so", " 服务器192.168.10.20",
    "，六一二三四五六七",
)  # fmt: skip

LOOKS_LIKE = str.maketrans("aAoOeEcCpPxX", "аАоОеЕсСрРхХ")


@dataclass(frozen=True)
class Generated:
    """A wish in words, the seeded names and sums in it, what is personal in it, and wishes as records."""

    words: str
    seeded: tuple[str, ...]
    personal: bool
    wishes: tuple[w.AnyWish, ...]


class Generator:
    """Wishes about a plant's own things; the same for the same seed."""

    def __init__(self, book, question, seed):
        self.chance, self.book = Random(seed), book  # noqa: S311 - no secret
        self.orders = [order.number for order in question.orders]
        self.machines, self.sites = list(question.machines), list(question.facilities)
        self.families = list(question.families)
        self.crews = [crew.name for crew in question.problem.crews]
        self.people = [called.real for called in book.people]

    def one(self) -> Generated:
        template, seeded = self.chance.choice(TEMPLATES), []
        words, personal = "", False
        for n, part in enumerate(template.replace("}", "{").split("{")):
            if n % 2 == 0:
                words += part
            elif part == "personal":
                personal = self.chance.random() < 0.3
                words += self.chance.choice(PERSONAL) if personal else ""
            else:
                name, spelled = self._named(part)
                seeded.append(name)
                words += f" {spelled} " if spelled.isascii() else spelled
        return Generated(words, tuple(seeded), personal, self._wishes())

    def _named(self, part):
        if part == "price":
            return self._price()
        tables = {
            "order": self.book.orders, "machine": self.book.machines, "item": self.book.items,
            "site": self.book.facilities, "person": self.book.people, "customer": self.book.customers,
        }  # fmt: skip
        called = self.chance.choice(tables[part])
        name = self.chance.choice([each for each in called.names if len(each) > 1])
        return name, self._spelled(name)

    def _price(self):
        number = self.chance.randint(20_000, 99_999)
        shape = self.chance.choice(
            ["HK${:,}", "¥{}", "{}元", "{:,}蚊", "{} dollars", "RMB {}", "USD{:,}", "￥{}"]
        )
        return str(number), shape.format(number)

    def _spelled(self, name):
        """As it is, or as somebody would write it who wants it to slip through."""
        match self.chance.randrange(10):
            case 0:
                return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in name)
            case 1:
                return name.upper()
            case 2:
                return name.lower().replace("-", " ")
            case 3:
                return name.replace("-", "_").replace(" ", "-")
            case 4:
                return "\u200b".join(name)
            case 5:
                return TO_TRADITIONAL.convert(name)
            case 6:
                return TO_SIMPLIFIED.convert(name)
            case 7 if not name.isdigit():
                return " ".join(name)
            case 8:
                return name.translate(LOOKS_LIKE)
            case _:
                return name

    def _wishes(self):
        return tuple(self._wish() for _ in range(self.chance.randrange(3)))

    def _wish(self):
        pick, order = self.chance.choice, self.chance.choice(self.orders)
        other = pick([each for each in self.orders if each != order])
        span = w.Window(HOUR, HOUR + timedelta(hours=self.chance.randint(1, 30)))
        plain = pick((
            w.Expedite(order, pick([None, HOUR])),
            w.Before(order, other),
            w.Pin(order, pick([None, 1]), pick(self.machines), pick([None, HOUR])),
            w.Avoid(order, pick([None, pick(self.machines)]), (span,)),
            w.Unavailable(span, machine=pick(self.machines)),
            w.Unavailable(span, person=pick(self.people)),
            w.Unavailable(span, crew=pick(self.crews), people=2),
            w.Prefer(pick(self.sites), order=order, only=True),
            w.Prefer(pick(self.sites), family=pick(self.families)),
            w.Split(order, 3),
            w.Freeze(pick([None, HOUR]), (order, other)),
            w.Swap(order, other),
            w.CapOvertime(30, pick([None, pick(self.sites)])),
            w.Priority(order, 7),
            w.Postpone(order, HOUR),
        ))  # fmt: skip
        return w.WhatIf((plain,)) if self.chance.random() < 0.1 else plain
