"""A calculation that cannot be done."""

import ast
from collections.abc import Iterator
from importlib.resources import files

from balie.blueprint.checks.check import About, Change, Subject, place
from balie.blueprint.finding import Finding, Severity
from balie.blueprint.model import Blueprint
from balie.blueprint.source import Text
from balie.blueprint.spelling import did_you_mean

ABOUT = About(
    code="BP122",
    severity=Severity.ERROR,
    title="A value is calculated by a function that is not there, or cannot be used",
    why="The function is a file in functions/ that bears its name, or one of Balie's own. It takes "
    "the value, and the day when it asks for today.",
    example=Change(
        "things.yaml",
        "from: {running: dueDate}",
        "from: {running: dueDate}, calculated by: days_sinds",
    ),
    near_miss=Change(
        "things.yaml",
        "from: {running: dueDate}",
        "from: {running: dueDate}, calculated by: days_since",
    ),
)


def check(subject: Subject) -> Iterator[Finding]:
    for _, field in subject.fields:
        name = field.calculated_by
        fault = None if name is None else _fault(name, subject.blueprint)
        if name is not None and fault is not None:
            known = sorted(_names(subject.blueprint))
            help_ = did_you_mean(name, known) or (f"there are: {', '.join(known)}",)
            yield ABOUT.finding(fault, place(name, "calculated by this"), help_=help_)


def _fault(name: Text, blueprint: Blueprint) -> str | None:
    source = blueprint.files.get(f"functions/{name}.py")
    if source is None:
        return None if name in _names(blueprint) else f'there is no "functions/{name}.py"'
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None) or 1
        return f'"functions/{name}.py" is no Python: line {line}'
    made = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == name]
    if not made:
        return f'"functions/{name}.py" has no function "{name}"'
    return None if _takes_one(made[-1].args) else f'"{name}" does not take one value'


def _takes_one(arguments: ast.arguments) -> bool:
    """The value; and `today`, which may also be asked for by name only."""
    places = [one.arg for one in (*arguments.posonlyargs, *arguments.args)]
    needed = places[: len(places) - len(arguments.defaults)]
    named = [
        one.arg
        for one, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
        if default is None
    ]
    return bool(places) and set(needed[1:]) | set(named) <= {"today"}


def _names(blueprint: Blueprint) -> set[str]:
    """Those of the blueprint, and Balie's own."""
    own = {
        name for name in blueprint.files if name.startswith("functions/") and name.endswith(".py")
    }
    ours = (file.name for file in files("balie.mapping").joinpath("functions").iterdir())
    return {name.removeprefix("functions/").removesuffix(".py") for name in own} | {
        name.removesuffix(".py") for name in ours if name.endswith(".py") and name[0] != "_"
    }
