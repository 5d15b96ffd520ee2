"""The product's own texts, read from the files that ship: rules and answers."""

import tomllib
from zoneinfo import ZoneInfo

from app.records.answer import Catalogue
from app.records.errors import FileWrong
from app.settings import shipped
from app.understand.rules import RuleBook, parse_all


def read_rules() -> RuleBook:
    """The shipped rules; raises FileWrong naming file and rule."""
    files = sorted((shipped("config") / "rules").glob("*.toml"))
    return parse_all({file.name: file.read_text(encoding="utf-8") for file in files})


def read_catalogue(zone: str) -> Catalogue:
    """Every sentence of config/answers, times in `zone`; raises FileWrong for a key said twice."""
    sentences: dict[str, dict[str, str]] = {}
    for file in sorted((shipped("config") / "answers").glob("*.toml")):
        for key, forms in tomllib.loads(file.read_text(encoding="utf-8")).items():
            if key in sentences:
                raise FileWrong(f"{file.name}: '{key}' is said twice")
            sentences[key] = forms
    return Catalogue(sentences, ZoneInfo(zone))
