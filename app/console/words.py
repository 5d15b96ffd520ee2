"""Every label of the console, in English and in Chinese of both scripts; codes stay English."""

from datetime import datetime, timedelta

from app.console.cells import span
from app.console.labels import LABELS
from app.records.message import Language

_PLACE = {Language.EN: 0, Language.HANS: 1, Language.HANT: 2, Language.YUE: 2}


class Words:
    """The labels in one language. Cantonese readers get Traditional characters."""

    def __init__(self, language: Language) -> None:
        self.language = Language.HANT if language is Language.YUE else language
        self._place = _PLACE[language]

    def __call__(self, key: str, **values: object) -> str:
        """The label; raises KeyError for a key or a place that does not exist."""
        return LABELS[key][self._place].format_map(values)

    def has(self, key: str) -> bool:
        """Whether there is such a label."""
        return key in LABELS

    def span(self, length: timedelta) -> str:
        """A length of time in its largest fitting unit, such as 12 min."""
        unit, number = span(length)
        return self(f"span.{unit}", n=number)

    def age(self, at: datetime, now: datetime) -> str:
        """How long ago, such as 12 min ago."""
        return self("span.ago", span=self.span(now - at))


def language_of(asked: str | None, environ: dict[str, str]) -> tuple[Language, bool]:
    """The language to show, and whether Chinese was wanted that this terminal cannot draw.

    `asked` (a code such as zh-Hant, or a locale) goes before LC_ALL, LC_MESSAGES and LANG. The
    bare Linux console (TERM=linux) has no Chinese font.
    """
    locale = asked or next((environ[k] for k in ("LC_ALL", "LC_MESSAGES", "LANG") if environ.get(k)), "")
    wanted = _from_locale(locale)
    if wanted is not Language.EN and environ.get("TERM") == "linux":
        return Language.EN, True
    return wanted, False


def _from_locale(locale: str) -> Language:
    tag = locale.split(".", maxsplit=1)[0].replace("_", "-").lower()
    if tag.startswith(("zh-hant", "zh-tw", "zh-hk", "zh-mo", "yue")):
        return Language.HANT
    return Language.HANS if tag.startswith("zh") else Language.EN
