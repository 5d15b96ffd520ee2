"""The house keeps its shape: layers, sizes, boundaries, folders, and one word for one thing."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from app.records.decision import LIFE_CYCLE

ROOT = Path(__file__).parents[2]
APP = sorted((ROOT / "app").rglob("*.py"))
BANNED_NAMES = {"utils", "helpers", "common", "base", "manager"}
BOUNDARIES = {
    "app/desk/spine.py": "a message",
    "app/inbound/wecom_bot.py": "a message, before it is kept",
    "app/inbound/wecom_app/door.py": "a message, before it is kept",
    "app/inbound/jobs.py": "a job",
    "app/inbound/console/session.py": "a console request",
}
"""Where a surprise may end; main catches only our own errors."""


def functions(tree: ast.AST) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def test_imports_point_downward():
    run = subprocess.run(
        [Path(sys.executable).with_name("lint-imports")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout


@pytest.mark.parametrize("file", APP, ids=lambda file: str(file.relative_to(ROOT)))
def test_files_and_functions_stay_small(file: Path):
    text = file.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 400
    if "migrations" in file.parts:
        return
    for function in functions(ast.parse(text)):
        assert function.end_lineno is not None
        body = [
            n for n in function.body if not (isinstance(n, ast.Expr) and isinstance(n.value, ast.Constant))
        ]
        lines = function.end_lineno - (body[0].lineno if body else function.end_lineno) + 1
        assert lines <= 30, f"{function.name} has {lines} lines"


def test_every_module_opens_with_a_sentence():
    missing = [
        str(f) for f in APP if f.read_text().strip() and not ast.get_docstring(ast.parse(f.read_text()))
    ]
    assert not missing


def test_no_room_is_named_after_nothing():
    assert not [f for f in APP if BANNED_NAMES & {f.stem, f.parent.name}]


def test_surprises_end_at_the_boundaries_only():
    """Elsewhere a broad handler hands the surprise on: to its caller, or to whoever waits for it."""
    ending = set()
    for file in APP:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ExceptHandler) and is_broad(node) and not hands_on(node):
                ending.add(str(file.relative_to(ROOT)))
    assert ending == set(BOUNDARIES)


def is_broad(handler: ast.ExceptHandler) -> bool:
    caught = ast.unparse(handler.type) if handler.type else "Exception"
    return bool({"Exception", "BaseException"} & set(re.findall(r"\w+", caught)))


def hands_on(handler: ast.ExceptHandler) -> bool:
    words = "\n".join(ast.unparse(node) for node in handler.body)
    return bool(re.search(r"\braise\b|set_exception", words))


@pytest.mark.parametrize("folder", ["models", "config", "packaging"])
def test_no_python_where_none_belongs(folder: str):
    assert not list((ROOT / folder).rglob("*.py"))


def test_top_level_is_what_the_owner_asked_for():
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    tops = {line.split("/")[0] for line in tracked.splitlines()}
    plain = {name for name in tops if not name.startswith(".")}
    assert plain <= {
        "pyproject.toml", "README.md", "app", "models", "config", "tests", "packaging",
        "uv.lock", "Makefile", "LICENSE", "CHANGELOG.md",
    }  # fmt: skip


def test_the_service_does_not_import_heavy_libraries():
    """The solver and the model live in child processes; training never runs in the service."""
    heavy = ("ortools", "llama_cpp", "pandas", "sklearn", "jax", "matplotlib", "gguf", "textual")
    code = f"import sys, app.main; print([m for m in {heavy} if m in sys.modules])"
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_the_readme_shows_the_life_cycle_of_the_code():
    rows = re.findall(r"^\| (\w+(?:, \w+)*) \| (.+) \|$", (ROOT / "README.md").read_text(), re.M)
    shown = {name: text for names, text in rows for name in names.split(", ")}
    for stage, followers in LIFE_CYCLE.items():
        for step, after in followers.items():
            assert f"{step.__name__}" in shown[stage], f"{stage}: {step.__name__} is not in the README"
            assert after == step.__name__.lower() or after in shown[stage].replace("**", "")
