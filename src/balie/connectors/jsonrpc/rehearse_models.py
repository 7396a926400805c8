"""What a description of Tryton says of its models: read here apart from the client."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from balie.systems.profile import Profile
from balie.systems.rows import Raw

KEY: Final = "id"
NAME: Final = "rec_name"
_MANY: Final = frozenset({"one2many", "many2many"})
_ONE: Final = frozenset({"many2one", "one2one"})


class Fault(Exception):
    """What Tryton says instead of a result: the name of an exception, and what belongs to it."""

    def __init__(self, *said: Raw) -> None:
        super().__init__(said[0])
        self.said: list[Raw] = [*said, ""]


def refused(words: str, *fields: str) -> Fault:
    """What Tryton does not want, in words for people. fields: those that it is about."""
    domain: Raw = [[], {name: {} for name in fields}] if fields else None
    return Fault("UserError", [words, "", domain])


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What is told of one field. of: the model of the records that it points at, if it is told.

    labels: by language. codes: what it can be, and how people call that, by language.
    """

    name: str
    kind: str
    of: str
    required: bool
    readonly: bool
    searchable: bool
    sortable: bool
    labels: Mapping[str, str]
    codes: Mapping[str, Mapping[str, str]]

    @property
    def is_many(self) -> bool:
        """Whether it points at many records."""
        return self.kind in _MANY

    @property
    def is_one(self) -> bool:
        """Whether it points at one record."""
        return self.kind in _ONE or (self.kind == "reference" and bool(self.of))


Model = Mapping[str, Told]
"""The fields of a model, by name."""

Models = Mapping[str, Model]
"""Every model that is described, by name."""

_OF_ANY: Final[Model] = {
    name: Told(
        name=name, kind=kind, of="", required=False, readonly=True, searchable=True,
        sortable=False, labels={}, codes={},
    )
    for name, kind in ((KEY, "integer"), (NAME, "char"))
}  # fmt: skip


def models(files: Sequence[bytes], profile: Profile) -> Models:
    """The models of these files. A reference points at what the profile says."""
    points = profile.section("references")
    described: dict[str, Model] = {}
    for content in files:
        for model, fields in json.loads(content)["tables"].items():
            known = points.get(model)
            of = known if isinstance(known, dict) else {}
            described[model] = {
                name: _told(name, said, str(of.get(name, ""))) for name, said in fields.items()
            }
    return described


def _told(name: str, said: Mapping[str, Raw], points_at: str) -> Told:
    codes, labels = said.get("codes"), said.get("label")
    return Told(
        name=name,
        kind=str(said.get("type")),
        of=points_at or str(said.get("of") or ""),
        required=said.get("required") is True,
        readonly=said.get("readonly") is True,
        searchable=said.get("searchable") is True,
        sortable=said.get("sortable") is True,
        labels=_texts(labels),
        codes={code: _texts(one) for code, one in codes.items()} if isinstance(codes, dict) else {},
    )


def _texts(said: Raw) -> Mapping[str, str]:
    return {name: str(one) for name, one in said.items()} if isinstance(said, dict) else {}


def beyond(told: Told, described: Models) -> Model:
    """The fields of the records that a field points at; of others only number and name."""
    return described.get(told.of, _OF_ANY) if told.is_one or told.is_many else {}


def field_of(model: Model, name: str) -> Told:
    """A field. Raises Fault."""
    if name not in model:
        raise Fault(f"'{name}'")
    return model[name]


def told_of(told: Told, language: str) -> dict[str, Raw]:
    """One field as Tryton describes it itself, in a language."""
    said: dict[str, Raw] = {"type": told.kind, "name": told.name}
    said["string"] = told.labels.get(language, told.name)
    words = {"required": told.required, "readonly": told.readonly}
    said |= words | {"searchable": told.searchable, "sortable": told.sortable}
    if told.of and told.kind != "reference":
        said["relation"] = told.of
    if told.codes:
        said["selection"] = [
            [code, labels.get(language, code)] for code, labels in told.codes.items()
        ]
    return said
