"""A form with files (RFC 7578), taken apart while it comes in.

The parser is `python-multipart`'s. It calls back in the middle of a piece; what it found is noted,
and dealt with between two pieces, where there is time to wait for whoever keeps a file.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from balie.backstage.forms.filling import Uploaded
from balie.backstage.forms.receiving import Begin, Receiving

_LONGEST_HEADERS = 4_096  # bytes of one part
_LONGEST_NAME = 255


class Broken(Exception):
    """This is no form with files, or more than is welcome."""

    def __init__(self, *, is_too_much: bool = False) -> None:
        super().__init__("too much" if is_too_much else "no form with files")
        self.is_too_much = is_too_much


@dataclass(slots=True)
class _Part:
    """One part, while it comes. filename: None of a plain field."""

    headers: bytearray = field(default_factory=bytearray)
    name: str = ""
    filename: str | None = None
    text: bytearray = field(default_factory=bytearray)
    waiting: list[bytes] = field(default_factory=list)
    receiving: Receiving | None = None
    is_whole: bool = False


class Parts:
    """Takes pieces, gives fields and files. Raises Broken at what cannot be read.

    files: field -> what takes in its file. most_bytes: of plain fields together, and most_fields.
    """

    def __init__(
        self, boundary: bytes, files: Mapping[str, Begin], most_bytes: int, most_fields: int
    ) -> None:
        if not 0 < len(boundary) <= 200:
            raise Broken
        self.fields: list[tuple[str, str]] = []
        self.files: dict[str, Uploaded] = {}
        self._begin = files
        self._bytes_left = most_bytes
        self._parts_left = most_fields
        self._noted: list[_Part] = []
        self._header, self._value = bytearray(), bytearray()
        self._has_ended = False
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._part_begins,
                "on_header_field": self._header_field,
                "on_header_value": self._header_value,
                "on_header_end": self._header_ends,
                "on_part_data": self._data,
                "on_part_end": self._part_ends,
                "on_end": self._ends,
            },
        )

    async def take(self, piece: bytes) -> None:
        """Reads on."""
        try:
            self._parser.write(piece)
        except (FormParserError, ValueError):
            raise Broken from None
        for part in self._noted:
            await self._deal_with(part)
        self._noted = [part for part in self._noted if not part.is_whole]

    def end(self) -> None:
        """All has come. Raises Broken when it broke off."""
        if not self._has_ended:
            raise Broken

    async def drop(self) -> None:
        """Lets go of the file that was coming in; one that was whole is kept as any not sent."""
        for part in self._noted:
            if part.receiving is not None:
                await part.receiving.drop()

    # ---- between two pieces

    async def _deal_with(self, part: _Part) -> None:
        if part.filename is None:
            if part.is_whole:
                self.fields.append((part.name, _decoded(part.text)))
            return
        if part.receiving is None and part.filename and (any(part.waiting) or part.is_whole):
            await self._receive(part)
        if part.receiving is not None:
            for data in part.waiting:
                await part.receiving.take(data)
            if part.is_whole:
                self.files[part.name] = await part.receiving.done()
        part.waiting.clear()

    async def _receive(self, part: _Part) -> None:
        """Begins to keep a file; of a field with two files the first."""
        begin = self._begin.get(part.name)
        if begin is not None and part.name not in self.files:
            part.receiving = await begin(part.filename or "")

    # ---- in the middle of a piece

    def _part_begins(self) -> None:
        self._parts_left -= 1
        if self._parts_left < 0:
            raise Broken(is_too_much=True)
        self._noted.append(_Part())

    def _header_field(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]
        self._is_short_enough()

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]
        self._is_short_enough()

    def _is_short_enough(self) -> None:
        seen = len(self._noted[-1].headers) + len(self._header) + len(self._value)
        if seen > _LONGEST_HEADERS:
            raise Broken

    def _header_ends(self) -> None:
        part = self._noted[-1]
        part.headers += self._header + self._value
        if self._header.lower() == b"content-disposition":
            _, options = parse_options_header(bytes(self._value))
            part.name = _decoded(options.get(b"name", b""))
            named = options.get(b"filename")
            part.filename = None if named is None else _bare(_decoded(named))
        self._header.clear()
        self._value.clear()

    def _data(self, data: bytes, start: int, end: int) -> None:
        part = self._noted[-1]
        if part.filename is not None:
            part.waiting.append(data[start:end])
            return
        self._bytes_left -= end - start
        if self._bytes_left < 0:
            raise Broken(is_too_much=True)
        part.text += data[start:end]

    def _part_ends(self) -> None:
        part = self._noted[-1]
        if not part.name:
            raise Broken
        part.is_whole = True

    def _ends(self) -> None:
        self._has_ended = True


def _decoded(value: bytes | bytearray) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        raise Broken from None


def _bare(filename: str) -> str:
    """A file's name without folders, as some browsers send them, and not too long."""
    return filename.replace("\\", "/").rpartition("/")[2][-_LONGEST_NAME:]
