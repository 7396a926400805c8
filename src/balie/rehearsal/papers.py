"""Documents that a rehearsed system can hand out: a real PDF of one page, a picture of a code."""

import base64 as base64_
import hashlib
import struct
import zlib
from collections.abc import Sequence

_PAGE = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources "
_FONTS = "<< /Font << /F1 5 0 R /F2 6 0 R >> >> >>"
_FONT = "<< /Type /Font /Subtype /Type1 /BaseFont /{} /Encoding /WinAnsiEncoding >>"


def pdf(lines: Sequence[str]) -> bytes:
    """One A4 page with these lines, the first one as its title. The same lines, the same bytes."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        (_PAGE + _FONTS).encode(),
        _stream(_written(lines)),
        _FONT.format("Helvetica-Bold").encode(),
        _FONT.format("Helvetica").encode(),
    ]
    return _assembled(objects)


def paper(lines: Sequence[str]) -> str:
    """The same, as base64 text."""
    return base64_.b64encode(pdf(lines)).decode()


def code_picture(text: str) -> str:
    """A square of dots that looks like a code to scan, as a PNG in base64. It cannot be scanned."""
    dots = _dots(text, 25)
    rows = [bytes(0 if dot else 255 for dot in row for _ in range(8)) for row in dots]
    pixels = b"".join(b"\0" + row for row in rows for _ in range(8))
    side = 25 * 8
    header = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(pixels, 9)), (b"IEND", b""))
    picture = b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)
    return base64_.b64encode(picture).decode()


def _written(lines: Sequence[str]) -> bytes:
    """The lines in PDF's drawing language, in the encoding of its standard fonts."""
    title, *others = lines or [""]
    drawn = [b"BT /F1 18 Tf 56 770 Td (" + _escaped(title) + b") Tj /F2 11 Tf 0 -34 Td"]
    drawn += [b"(" + _escaped(line) + b") Tj 0 -18 Td" for line in others]
    return b"\n".join([*drawn, b"ET"])


def _escaped(text: str) -> bytes:
    raw = text.encode("cp1252", "replace")
    return raw.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")


def _stream(content: bytes) -> bytes:
    return b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content)


def _assembled(objects: Sequence[bytes]) -> bytes:
    body = b"%PDF-1.4\n"
    places = []
    for number, content in enumerate(objects, 1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    many = len(objects) + 1
    body_length = len(body)
    return (
        body
        + b"xref\n0 %d\n0000000000 65535 f \n%s" % (many, table)
        + b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (many, body_length)
    )


def _dots(text: str, side: int) -> list[list[bool]]:
    """Dots from a digest of the text, with a square in three corners."""
    digest = hashlib.shake_256(text.encode()).digest(side * side)
    dots = [[digest[row * side + column] % 2 == 0 for column in range(side)] for row in range(side)]
    for top, left in ((0, 0), (0, side - 7), (side - 7, 0)):
        for row in range(7):
            for column in range(7):
                ring = max(abs(row - 3), abs(column - 3))
                dots[top + row][left + column] = ring != 2  # the white ring
    return dots


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
