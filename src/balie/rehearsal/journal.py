"""A rehearsed system's own log: what it was asked and what it did. Lines are only added."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from balie.systems.rehearsed import Effect


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One request. status: None when no answer went out. control: it was about the rehearsal.

    effects: what it changed, whether or not an answer went out.
    """

    seq: int
    time: str  # ISO 8601, UTC
    method: str
    path: str
    query: str
    status: int | None
    did: str
    control: bool = False
    effects: tuple[Effect, ...] = ()


class Journal:
    """The lines, in memory and, when there is a file, in it too: one JSON object a line."""

    def __init__(self, file: Path | None = None) -> None:
        self._lines: list[Line] = []
        self._file = None if file is None else file.open("a", encoding="utf-8", buffering=1)

    def add(
        self,
        *,
        time: str,
        method: str,
        path: str,
        query: str,
        status: int | None,
        did: str,
        control: bool = False,
        effects: tuple[Effect, ...] = (),
    ) -> None:
        """Adds a line; it gets the next number."""
        line = Line(
            seq=len(self._lines) + 1,
            time=time,
            method=method,
            path=path,
            query=query,
            status=status,
            did=did,
            control=control,
            effects=effects,
        )
        self._lines.append(line)
        if self._file is not None:
            self._file.write(json.dumps(asdict(line), ensure_ascii=False) + "\n")

    def since(self, seq: int = 0) -> Sequence[Line]:
        """The lines after this number."""
        return tuple(self._lines[seq:])
