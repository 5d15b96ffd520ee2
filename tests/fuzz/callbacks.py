"""One valid callback of every kind that WeCom sends an app, and ways to spoil it before or after its seal."""

import base64
import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from urllib.parse import quote, quote_plus

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from app.doubles.wecom_app import AGENT_ID, CORP_ID
from app.doubles.wecom_app.sealer import Post, xml_of
from app.records.sealing_wecom import Seal, read_key
from tests.fuzz.mutation import DEPTHS, ENCODINGS, LONG, chance_of, spoilt_bytes
from tests.fuzz.planted import (
    APP_KEY,
    BOT_SECRET,
    MEDIA_KEY,
    RESPONSE_CODE,
    TOKEN,
    URL,
    USER,
    WORDS,
)

SEAL = Seal(TOKEN, read_key(APP_KEY), CORP_ID)
STAMP = 1795305600
PATH = "/wecom/app"


def said(kind: str, **fields: object) -> str:
    head = {"ToUserName": CORP_ID, "FromUserName": USER, "CreateTime": STAMP, "MsgType": kind}
    planted = {"Noted": f"{WORDS} {TOKEN} {APP_KEY} {BOT_SECRET} {MEDIA_KEY} {URL} {RESPONSE_CODE}"}
    return xml_of(head | {"AgentID": AGENT_ID, "MsgId": "7300000000000000001"} | fields | planted)


_CHOSEN = {
    "SelectedItem": (
        {"QuestionKey": "cause", "OptionIds": {"OptionId": ("mold", "material")}},
        {"QuestionKey": "line", "OptionIds": {"OptionId": "3"}},
    )
}
_CLICK = {"EventKey": f"approve:{WORDS}", "TaskId": "stop-0007", "ResponseCode": RESPONSE_CODE}
CALLBACKS = [
    said("text", Content=WORDS),
    said("text", Content=WORDS).replace(WORDS, f"<![CDATA[{WORDS}]]>"),
    said("image", PicUrl=URL, MediaId="M1"),
    said("voice", MediaId="M2", Format="amr", Recognition=WORDS),
    said("video", MediaId="M3", ThumbMediaId="M4"),
    said("location", Location_X="22.3", Location_Y="114.1", Scale=15, Label=WORDS),
    said("link", Title=WORDS, Description=WORDS, Url=URL, PicUrl=URL),
    said("event", Event="enter_agent", EventKey=""),
    said("event", Event="template_card_event", CardType="vote_interaction", SelectedItems=_CHOSEN, **_CLICK),
    said("event", Event="template_card_menu_event", CardType="text_notice", **_CLICK),
    said("event", Event="subscribe", EventKey=WORDS),
]
_ELEMENT = re.compile(r"<(\w+)>([^<]*)</\1>")
_BOMB = "".join(f'<!ENTITY b{n} "{f"&b{n - 1};" * 10}">' for n in range(1, 10))
DOCTYPES = (
    "<!DOCTYPE xml>",
    f'<!DOCTYPE xml [<!ENTITY b0 "lol">{_BOMB}]>',
    '<!DOCTYPE xml [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
    '<!DOCTYPE xml [<!ENTITY % p SYSTEM "http://127.0.0.1:9/x.dtd"> %p;]>',
    '<!DOCTYPE xml SYSTEM "http://127.0.0.1:9/x.dtd">',
    f'<!DOCTYPE xml [<!ENTITY x "{"y" * 1000}"><!ATTLIST xml a CDATA "&x;">]>',
    "<!doctype xml>",
)
DECLARATIONS = (
    *(f'<?xml version="1.0" encoding="{name}"?>' for name in ("utf-16", "gb2312", "x-unknown", "utf-8")),
    '<?xml version="1.1"?>', "<?xml?>", "\ufeff", " ", "\n", "<!-- -->", "<?go now?>", "<x/>", "\0",
)  # fmt: skip
CONTENTS = (
    "", " ", "&amp;", "&lt;x&gt;", "&#0;", "&#x1F642;", "&#xD800;", "&#xFFFFFFFFFFFF;", "&b9;", "&x;",
    "&quot", "]]>", "<![CDATA[", "<![CDATA[]]>", "<![CDATA[a]]]]><![CDATA[>b]]>",
    "<![CDATA[<![CDATA[x]]>]]>", "<!-- -- -->", "<!-- x -->y", "<?p q?>", "<a/>", "<a b='1' b='2'/>",
    "<a:b xmlns:a='u'/>", "9" * 5000, "-1", "1e9", "٣", "１２", LONG, "\u0085", "\u2028", "\ufffe", "sys",
    CORP_ID, str(AGENT_ID), "event", "text", "enter_agent", "x" * 257, "9" * 12, "a" * 20_000,
    "<i>" * 2000 + "</i>" * 2000, "<i/>" * 1500, "&#10;" * 5000, str(STAMP + 10**6), "0",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Call:
    """A request to the callback's address, and whether its seal is good for certain, or bad for certain."""

    raw: bytes
    sealed: bool = False
    forged: bool = False


def call(number: int) -> Call:
    """The same for the same number: a third is sealed well around a spoilt message."""
    chance = chance_of("callbacks", number)
    plain = spoilt_xml(chance.choice(CALLBACKS), chance) if chance.random() < 0.9 else _any_text(chance)
    post = sealed(_plain_text(plain, chance), chance)
    if number % 3 == 0:
        method = "GET" if chance.random() < 0.1 else "POST"
        return Call(_request(method, post.query, post.body, post), sealed=True)
    if number % 3 == 1 and chance.random() < 0.3:
        forged = replace(post, signature=chance.choice(_signatures(post.signature)))
        return Call(_request("POST", forged.query, forged.body, forged), forged=True)
    return Call(_spoilt_request(post, chance))


def spoilt_xml(good: str, chance: random.Random) -> bytes:
    text = good
    for _ in range(chance.choice((0, 1, 1, 2, 4))):
        text = chance.choice((_content, _content, _again, _without, _renamed, _around, _before))(text, chance)
    raw = text.encode(errors="replace")
    if chance.random() < 0.05:
        raw = text.encode(chance.choice(ENCODINGS), "replace")
    return spoilt_bytes(raw, [good.encode()], chance) if chance.random() < 0.3 else raw


def _element(text: str, chance: random.Random) -> re.Match[str] | None:
    found = list(_ELEMENT.finditer(text))
    return chance.choice(found) if found else None


def _changed(text: str, chance: random.Random, change: Callable[[re.Match[str]], str]) -> str:
    found = _element(text, chance)
    return text[: found.start()] + change(found) + text[found.end() :] if found else text


def _content(text: str, chance: random.Random) -> str:
    new = chance.choice(CONTENTS)
    return _changed(text, chance, lambda found: f"<{found[1]}>{new}</{found[1]}>")


def _again(text: str, chance: random.Random) -> str:
    times = chance.choice((2, 2, 3, 300, 1200))
    return _changed(text, chance, lambda found: found[0] * min(times, 1 + 1_500_000 // len(found[0])))


def _without(text: str, chance: random.Random) -> str:
    return _changed(text, chance, lambda _: "")


def _renamed(text: str, chance: random.Random) -> str:
    name = chance.choice(
        ("x", "MsgId", "AgentID", "msgid", "FromUserName", "Event", "a:b", "1", "长", "x" * 5000)
    )
    return _changed(text, chance, lambda found: f"<{name}>{found[2]}</{name}>")


def _around(text: str, chance: random.Random) -> str:
    depth = chance.choice((1, 2, 7, 8, *DEPTHS[:4]))
    return _changed(text, chance, lambda found: "<a>" * depth + found[0] + "</a>" * depth)


def _before(text: str, chance: random.Random) -> str:
    more = chance.choice((*DOCTYPES, *DECLARATIONS))
    if more.startswith("<!DOCTYPE") and chance.random() < 0.5:
        text = _changed(text, chance, lambda found: f"<{found[1]}>&b9;&x;</{found[1]}>")
    return more + text


def _any_text(chance: random.Random) -> bytes:
    return chance.choice((b"", b"1616140317555161061", b"{}", b"\xff", chance.randbytes(60), WORDS.encode()))


def _plain_text(words: bytes, chance: random.Random) -> bytes:
    """What is sealed: random bytes, a length, the words, the receiver, the padding; a tenth of them wrong."""
    length, receiver = len(words), CORP_ID.encode()
    if chance.random() < 0.05:
        length = chance.choice((0, 1, length - 1, length + 1, 2**31, 2**32 - 1)) % 2**32
    if chance.random() < 0.05:
        receiver = chance.choice((b"", b"wwOTHER", receiver + b"\0", receiver[:-1], b"\xff"))
    plain = chance.randbytes(16) + length.to_bytes(4, "big") + words + receiver
    pad = 32 - len(plain) % 32
    if chance.random() < 0.03:
        return (plain[:10] + b"\x06" * 22)[: chance.choice((16, 32))]
    last = chance.choice((0, 33, 255, pad)) if chance.random() < 0.03 else pad
    return plain + bytes([last]) * pad


def sealed(plain: bytes, chance: random.Random) -> Post:
    """Under the real key and Token, as only WeCom can; `plain` is padded."""
    worker = Cipher(algorithms.AES(SEAL.key), modes.CBC(SEAL.key[:16])).encryptor()
    encrypted = base64.b64encode(worker.update(plain) + worker.finalize()).decode()
    return _signed(encrypted, chance)


def _signed(encrypted: str, chance: random.Random) -> Post:
    stamp, nonce = str(STAMP), f"{chance.randrange(10**9)}{quote(USER, safe='')}"
    return Post(SEAL.sign(stamp, nonce, encrypted), stamp, nonce, encrypted)


def _request(method: str, query: str, body: bytes, post: Post) -> bytes:
    if method == "GET":
        query, body = f"{query}&echostr={quote(post.encrypted, safe='')}", b""
    head = f"{method} {PATH}?{query} HTTP/1.1\r\nHost: plant\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode("latin-1", "replace") + body


def _spoilt_request(post: Post, chance: random.Random) -> bytes:
    match chance.randrange(6):
        case 0 | 1:
            post = replace(post, encrypted=_spoilt_base64(post.encrypted, chance))
            post = post if chance.random() < 0.5 else _signed(post.encrypted, chance)
        case 2:
            body = spoilt_xml(post.body.decode(), chance)
            return _request("POST", post.query, body, post)
        case 3:
            return _request("POST", chance.choice(_queries(post)), post.body, post)
        case 4:
            return _request("GET", chance.choice(_queries(post)), b"", post)
        case _:
            return spoilt_bytes(_request("POST", post.query, post.body, post), [post.body], chance)
    return _request("POST", post.query, post.body, post)


def _signatures(good: str) -> Sequence[str]:
    return (
        "",
        good.upper(),
        good[:-1],
        good + "0",
        "0" * 40,
        good[::-1],
        f" {good}",
        good + "\0",
        "é" * 40,
        LONG[:40],
    )


def _spoilt_base64(good: str, chance: random.Random) -> str:
    at = chance.randrange(len(good) + 1)
    cut, rest = good[:at], good[at:]
    return chance.choice(
        (
            "", "=", "====", good.rstrip("="), good + "=", good + "A", good + good, "A" * 44, cut, rest,
            good.replace("+", "-").replace("/", "_"), good.replace("+", " "), good.swapcase(),
            base64.b64encode(good.encode()).decode(), f"{cut}\n{rest}", f"{cut} {rest}", f"{cut}={rest}",
            f"{cut}é{rest}", f"{cut}\u0660{rest}", f"{cut}&amp;{rest}", f"{cut}<b/>{rest}",
        )
    )  # fmt: skip


def _queries(post: Post) -> Sequence[str]:
    good, many = post.query, "&".join(f"p{n}=1" for n in range(900))
    return (
        "", "&", "=", "&&&", "%", "%ff%fe", "%00", f"{good}&", f"{good}&nonce=1", f"?{good}", f"{good} x",
        good.replace("&", ";"), good.upper(), good.replace("msg_signature", "signature"), f"{good}#frag",
        good.replace("=", "==", 1), quote(good), quote_plus(good), good.replace("%", "%25"), f"{good}&{many}",
        f"{good}&a=%ed%a0%80", f"{good}&x={'y' * 9000}", f"{good}&é=ü", good.replace("nonce", "non%63e"),
        f"{good}&echostr={URL}", f"{good}&echostr={post.encrypted}",
        good.replace("timestamp=1", "timestamp=%31"),
    )  # fmt: skip
