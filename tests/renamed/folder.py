"""A whole blueprint folder in other words."""

import re
from collections.abc import Callable
from pathlib import Path

import yaml

from balie.blueprint.reader import read
from balie.systems.kinds import installed
from tests.renamed import examples
from tests.renamed.blueprint import file, function, mail, rename_blueprint, rename_words
from tests.renamed.contracts import rename_metadata, rename_openapi, rename_profile
from tests.renamed.grammar import Grammar
from tests.renamed.names import Names
from tests.renamed.tree import read as read_tree
from tests.renamed.tree import written

SEED = "other words"
_EXAMPLES: dict[str, Callable[[Grammar, yaml.Node], None]] = {
    "rows": examples.rename_rows,
    "people": examples.rename_people,
    "viewers": examples.rename_viewers,
    "clear": examples.rename_clear,
    "errands": examples.rename_errands,
    "rehearsal": examples.rename_recipe,
}
"""The files in examples/, which Balie finds by these names."""


def renamed(folder: Path, copy: Path, seed: str = SEED) -> Grammar:
    """Writes the blueprint of a folder into another, every name replaced; gives the new names."""
    g = _grammar(folder, seed)
    for name in ("story", "things", "systems", "brand"):
        _yaml(
            folder / f"{name}.yaml", copy / f"{name}.yaml", lambda root: rename_blueprint(g, root)
        )
    for path in sorted((folder / "words").glob("*.yaml")):
        _yaml(path, copy / "words" / path.name, lambda root: rename_words(g, root))
    _contracts(g, folder, copy)
    for name, change in _EXAMPLES.items():
        here = folder / "examples" / f"{name}.yaml"
        _yaml(here, copy / "examples" / here.name, lambda root, change=change: change(g, root))
    _mails(g, folder, copy)
    _functions(g, folder, copy)
    logo = g.blueprint.brand.logo
    if logo is not None:
        _write(copy / file(g, str(logo)), (folder / str(logo)).read_text("utf-8"))
    return g


def _grammar(folder: Path, seed: str) -> Grammar:
    blueprint = read(folder).blueprint
    assert blueprint is not None
    kinds = installed()
    contracts = {
        str(id_): kinds[system.speaks].read_contract(
            [blueprint.files[file] for file in system.contract], system.what_it_does_not_say
        )
        for id_, system in blueprint.systems.items()
    }
    return Grammar(blueprint, contracts, Names(seed))


def _contracts(g: Grammar, folder: Path, copy: Path) -> None:
    for id_, system in g.blueprint.systems.items():
        for path in system.contract:
            to = copy / file(g, str(path))
            text = (folder / path).read_text("utf-8")
            if system.speaks == "odata":
                _write(to, rename_metadata(g, str(id_), text))
            else:
                root = read_tree(text)
                rename_openapi(g, str(id_), root)
                _write(to, written(root))
        if system.profile is not None:
            _yaml(
                folder / system.profile,
                copy / file(g, str(system.profile)),
                lambda root, id_=id_: rename_profile(g, str(id_), root),
            )


def _mails(g: Grammar, folder: Path, copy: Path) -> None:
    for path in sorted((folder / "mails").glob("*.md")):
        name, _, rest = path.name.partition(".")
        _write(copy / "mails" / f"{mail(g, name)}.{rest}", g.sentence(path.read_text("utf-8")))


def _functions(g: Grammar, folder: Path, copy: Path) -> None:
    for path in sorted((folder / "functions").glob("*.py")):
        name = function(g, path.stem)
        text = re.sub(rf"\b{path.stem}\b", name, path.read_text("utf-8"))
        _write(copy / "functions" / f"{name}.py", text)


def _yaml(path: Path, to: Path, change: Callable[[yaml.Node], None]) -> None:
    root = read_tree(path.read_text("utf-8"))
    change(root)
    _write(to, written(root))


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
