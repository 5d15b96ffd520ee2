"""The product's own texts, read from the files that ship: rules and answers."""

import tomllib
from zoneinfo import ZoneInfo

from app.records.answer import Catalogue
from app.records.errors import FileWrong
from app.settings import shipped
from app.understand.corrections import Corrections, parse_corrections
from app.understand.newnames import NewNames, new_names
from app.understand.normalise import opencc_scripts
from app.understand.rules import RuleBook, parse_all


def read_rules() -> RuleBook:
    """The shipped rules; raises FileWrong naming file and rule."""
    files = sorted((shipped("config") / "rules").glob("*.toml"))
    return parse_all({file.name: file.read_text(encoding="utf-8") for file in files})


def read_corrections(display_name: str) -> Corrections:
    """How people say that they were misread; raises FileWrong."""
    file = shipped("config") / "corrections.toml"
    simplify = opencc_scripts().simplify
    return parse_corrections(file.read_text(encoding="utf-8"), file.name, display_name, simplify)


def read_new_names() -> NewNames:
    """What judges new names, by what the shipped rules know people to say."""
    return new_names(read_rules(), opencc_scripts().simplify)


def read_catalogue(zone: str) -> Catalogue:
    """Every sentence of config/answers, times in `zone`; raises FileWrong for a key said twice."""
    sentences: dict[str, dict[str, str]] = {}
    for file in sorted((shipped("config") / "answers").glob("*.toml")):
        for key, forms in tomllib.loads(file.read_text(encoding="utf-8")).items():
            if key in sentences:
                raise FileWrong(f"{file.name}: '{key}' is said twice")
            sentences[key] = forms
    return Catalogue(sentences, ZoneInfo(zone))
