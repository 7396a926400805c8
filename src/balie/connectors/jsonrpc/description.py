"""Tryton's description of itself, kept as a file: what `fields_get` says, with labels per language.

`describe` asks a running Tryton and gives the bytes of the file; `read_description` reads them.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias

import msgspec

from balie.connectors.jsonrpc.session import Session
from balie.connectors.jsonrpc.values import Wire
from balie.systems.contract import Contract, Field, Table, Type
from balie.systems.errors import Misconfigured
from balie.systems.profile import Plain, Profile

TYPES: Mapping[str, Type] = {
    "char": Type.TEXT,
    "text": Type.TEXT,
    "fulltext": Type.TEXT,
    "selection": Type.TEXT,
    "reference": Type.TEXT,
    "integer": Type.INTEGER,
    "biginteger": Type.INTEGER,
    "many2one": Type.OBJECT,
    "one2one": Type.OBJECT,
    "float": Type.NUMBER,
    "numeric": Type.NUMBER,
    "timedelta": Type.NUMBER,
    "boolean": Type.BOOLEAN,
    "date": Type.DATE,
    "datetime": Type.DATETIME,
    "timestamp": Type.DATETIME,
    "binary": Type.DOCUMENT,
    "one2many": Type.LIST,
    "many2many": Type.LIST,
}
EXACT = {Type.TEXT, Type.INTEGER, Type.BOOLEAN, Type.DATE}  # numbers are not asked for exactly
ORDERED = {Type.TEXT, Type.INTEGER, Type.DATE, Type.DATETIME}
NOT_OURS = {"attachments", "notes", "create_uid", "write_uid", "xml_id"}
RELATIONS = {"many2one", "one2one", "one2many", "many2many"}
DEPTH = 3  # order -> lines -> product -> name
MANY = 200


FORMAT = "balie tryton 1"
MEDIA = {"pdf": "application/pdf", "odt": "application/vnd.oasis.opendocument.text"}
REPORT = "report "
"""Before the name of a report in the form of a field: Tryton makes the document when asked."""

OF, REFERS_TO = "of ", "refers to "
"""Before the name of a model in the form of a field: a record of it, or a reference to one, which
Tryton writes as `sale.sale,57`."""

_Told: TypeAlias = "Mapping[str, Wire]"
"""What a description tells of one field."""

_Model: TypeAlias = "Mapping[str, _Told]"
"""What a description tells of one model."""

# ---- asking


async def describe(session: Session, models: Iterable[str], languages: Sequence[str]) -> bytes:
    """The description of these models: JSON, sorted, one field a line: two versions compare well.

    Raises Unavailable or Misconfigured, as a session does.
    """
    wanted = sorted(models)
    tables = {model: await _model(session, model, wanted, languages) for model in wanted}
    return _written(languages, tables).encode()


def _written(languages: Sequence[str], tables: Mapping[str, _Model]) -> str:
    """One field is one line."""
    models = ",\n".join(_written_model(model, fields) for model, fields in tables.items())
    spoken = json.dumps(list(languages))
    return f'{{"format": "{FORMAT}", "languages": {spoken}, "tables": {{\n{models}\n}}}}\n'


def _written_model(model: str, fields: _Model) -> str:
    lines = (f"  {json.dumps(name)}: {_written_field(fields[name])}" for name in sorted(fields))
    inner = ",\n".join(lines)
    return f" {json.dumps(model)}: {{\n{inner}\n }}"


def _written_field(told: _Told) -> str:
    return json.dumps(told, ensure_ascii=False, sort_keys=True)


async def _model(
    session: Session, model: str, models: Sequence[str], languages: Sequence[str]
) -> _Model:
    told = {language: await _told(session, model, language) for language in languages}
    names = told[languages[0]].keys() - NOT_OURS
    return {
        name: _kept({language: told[language][name] for language in languages}, models)
        for name in names
    }


async def _told(session: Session, model: str, language: str) -> _Model:
    answer = await session.call(f"model.{model}.fields_get", [], 0, context={"language": language})
    if not isinstance(answer, dict):
        raise Misconfigured(f"{model} does not describe itself")
    return {name: told for name, told in answer.items() if isinstance(told, dict)}


def _kept(told: _Model, models: Sequence[str]) -> _Told:
    """Of one field, what matters to a reader, in each language."""
    one = next(iter(told.values()))
    kept: dict[str, Wire] = {"type": one.get("type")}
    kept["label"] = {language: field.get("string") for language, field in told.items()}
    kept |= {
        word: True for word in ("required", "readonly", "searchable", "sortable") if one.get(word)
    }
    if one.get("relation") in models:
        kept["of"] = one["relation"]
    codes = _codes(told)
    return kept | {"codes": codes} if codes else kept


def _codes(told: _Model) -> dict[str, Wire]:
    """code -> language -> label; empty when the choices depend on the record."""
    codes: dict[str, dict[str, Wire]] = {}
    for language, field in told.items():
        for code, label in _pairs(field.get("selection")):
            codes.setdefault(code, {})[language] = label
    return {**codes}


def _pairs(selection: Wire) -> Iterable[tuple[str, str]]:
    for pair in selection if isinstance(selection, list) else ():
        match pair:
            case [str(code), str(label)] if code:
                yield code, label


# ---- reading

OF_ANY_RECORD: Mapping[str, Field] = {
    "id": Field(name="id", type=Type.INTEGER, nullable=False, writable=False),
    "rec_name": Field(name="rec_name", writable=False),
}
"""What can be read of a related record whose model is not described."""


def read_description(files: Sequence[bytes], profile: Profile) -> Contract:
    """The contract in one or more descriptions. Raises ValueError in plain words."""
    told: dict[str, _Model] = {}
    for file in files:
        told |= _tables_of(file)
    told = _referring(told, profile)
    reader = _Reader(told)
    page_size = int(profile.text("page size", str(MANY)))
    reports = _reports(profile)
    if missing := reports.keys() - told.keys():
        raise ValueError(f'"reports:" names {min(missing)}, which is not described')
    return Contract(
        tables={model: reader.table(model, page_size, reports.get(model, {})) for model in told}
    )


def _referring(told: Mapping[str, _Model], profile: Profile) -> dict[str, _Model]:
    """`references: {sale.complaint: {origin: sale.sale}}`: what a reference is read as.

    Tryton's references point at records of any model; the blueprint's point at one.
    """
    models = dict(told)
    for model, named in profile.section("references").items():
        if model not in told:
            continue  # it will be, after the next `balie describe`; until then nothing can use it
        fields = dict(told[model])
        for name, of in named.items() if isinstance(named, dict) else ():
            is_one = fields.get(name, {}).get("type") == "reference"
            if not is_one or not isinstance(of, str) or of not in told:
                raise ValueError(
                    f'"references:" says that "{name}" of {model} refers to {of}: there must be '
                    "such a reference, and both must be described"
                )
            fields[name] = {**fields[name], "of": of}
        models[model] = fields
    return models


def _reports(profile: Profile) -> Mapping[str, Mapping[str, Field]]:
    """`reports: {account.invoice: {print: account.invoice}}`: a field that is a report of a row."""
    return {
        model: {field: _report(field, said) for field, said in named.items()}
        for model, named in profile.section("reports").items()
        if isinstance(named, dict)
    }


def _report(field: str, said: Plain) -> Field:
    """`account.invoice`, or `{report: account.invoice, as: odt}`: a PDF unless it says so."""
    told = said if isinstance(said, dict) else {"report": said}
    report, as_ = told.get("report"), told.get("as", "pdf")
    if not isinstance(report, str) or not isinstance(as_, str) or as_ not in MEDIA:
        raise ValueError(f'"reports:" says no report of Tryton for "{field}", as pdf or odt')
    form = f"{REPORT}{report}"
    return Field(name=field, type=Type.DOCUMENT, form=form, media=MEDIA[as_], writable=False)


def _tables_of(file: bytes) -> dict[str, _Model]:
    try:
        whole: Wire = msgspec.json.decode(file)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ValueError("this description of Tryton is no JSON; make it again") from error
    match whole:
        case {"format": str(format_), "tables": dict(tables)} if format_ == FORMAT:
            return {model: _model_of(fields) for model, fields in tables.items()}
        case _:
            raise ValueError("this is not a description that Balie made of a Tryton")


def _model_of(fields: Wire) -> _Model:
    return {name: _mapping(told) for name, told in _mapping(fields).items()}


class _Reader:
    """Makes the fields of each model once per depth; models refer to each other in circles."""

    def __init__(self, told: Mapping[str, _Model]) -> None:
        self._told = told
        self._made: dict[tuple[str, int], Mapping[str, Field]] = {}
        self._pointed: dict[tuple[str, int], Mapping[str, Field]] = {}

    def table(self, model: str, page_size: int, reports: Mapping[str, Field]) -> Table:
        fields = {**self._fields(model, DEPTH), **reports}
        told = self._told[model]
        exact = frozenset(self._exact(told, fields))
        sorts = frozenset(name for name, one in told.items() if _sorts(one))
        return Table(
            name=model,
            fields=fields,
            key=("id",),
            equals=exact,
            among=dict.fromkeys(exact, MANY),
            compares=frozenset(name for name in sorts if fields[name].type in ORDERED),
            sorts=sorts,
            sorts_up=sorts,
            page_size=page_size,
        )

    def _fields(self, model: str, depth: int) -> Mapping[str, Field]:
        if (model, depth) not in self._made:
            told = self._told[model]
            self._made[model, depth] = {
                name: self._field(name, one, depth) for name, one in told.items()
            }
        return self._made[model, depth]

    def _field(self, name: str, told: _Told, depth: int) -> Field:
        return Field(
            name=name,
            type=_type(told),
            form=_form(told),
            nullable="required" not in told,
            writable="readonly" not in told,
            codes=tuple(_labelled(told)),
            labels=_labels(told),
            fields=self._related(told, depth),
        )

    def _related(self, told: _Told, depth: int) -> Mapping[str, Field]:
        of = told.get("of")
        if isinstance(of, str) and of in self._told and depth > 0:
            inside = self._fields(of, depth - 1)
            return self._pointed_at(of, depth) if _type(told) is Type.OBJECT else inside
        return OF_ANY_RECORD if told.get("type") in RELATIONS else {}

    def _pointed_at(self, model: str, depth: int) -> Mapping[str, Field]:
        """Of a record that is pointed at, what it can be named by may be sent, and nothing else."""
        if (model, depth) not in self._pointed:
            told = self._told[model]
            self._pointed[model, depth] = {
                name: replace(field, writable="searchable" in told[name] and field.type in EXACT)
                for name, field in self._fields(model, depth - 1).items()
            }
        return self._pointed[model, depth]

    def _exact(self, told: _Model, fields: Mapping[str, Field]) -> Iterable[str]:
        """Names that can be asked for a value; of a related record too: `party.code`."""
        for name, one in told.items():
            if "searchable" not in one or _refers(one):
                continue  # Tryton cannot be asked for what stands behind a reference
            if fields[name].type is Type.OBJECT:
                yield from self._exact_of_related(name, one, fields[name])
            elif fields[name].type in EXACT:
                yield name

    def _exact_of_related(self, name: str, told: _Told, field: Field) -> Iterable[str]:
        related = self._told.get(str(told.get("of")), {})
        for inner, one in related.items():
            if "searchable" in one and field.fields[inner].type in EXACT:
                yield f"{name}.{inner}"
        if not related:
            yield f"{name}.id"


def _refers(told: _Told) -> bool:
    """Whether it is a reference of which the profile says what it refers to."""
    return told.get("type") == "reference" and "of" in told


def _type(told: _Told) -> Type:
    return Type.OBJECT if _refers(told) else TYPES.get(str(told.get("type")), Type.UNKNOWN)


def _form(told: _Told) -> str:
    kind, of = told.get("type"), told.get("of")
    if kind == "float":
        return "float"
    if not isinstance(of, str) or _type(told) is not Type.OBJECT:
        return ""
    return f"{REFERS_TO if _refers(told) else OF}{of}"


def _sorts(told: _Told) -> bool:
    """Sorting by a relation would sort by names that the row does not hold."""
    kind = told.get("type")
    return "sortable" in told and kind not in RELATIONS and kind in TYPES and not _refers(told)


def _mapping(told: Wire) -> Mapping[str, Wire]:
    return told if isinstance(told, dict) else {}


def _labelled(told: _Told) -> Mapping[str, Mapping[str, Wire]]:
    return {code: _mapping(labels) for code, labels in _mapping(told.get("codes")).items()}


def _labels(told: _Told) -> Mapping[str, Mapping[str, str]]:
    """language -> code -> label."""
    labels: dict[str, dict[str, str]] = {}
    for code, said in _labelled(told).items():
        for language, label in said.items():
            labels.setdefault(language, {})[code] = str(label)
    return labels
