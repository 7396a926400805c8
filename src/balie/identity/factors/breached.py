"""Passwords that are known from breaches, in one compact file that is read where it lies.

A Bloom filter over SHA-1: whoever is in it is always found; whoever is not is taken for one in a
thousand times, and then chooses another password. No password can be read back from it.
"""

import hashlib
import json
import math
import mmap
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

FALSE_POSITIVES = 0.001
"""How often a password is taken for a breached one that is none."""

_MAGIC = b"balie breached passwords 1\n"
_HEAD = 256  # bytes before the bits
_EVERY = 1 << 16  # lines between two words on progress
_WHOLE = re.compile(rb"([0-9A-Fa-f]{40})(?::(\d+))?\s*")
_PART = re.compile(rb"([0-9A-Fa-f]{35})(?::(\d+))?\s*")
_RANGE = re.compile(r"([0-9A-Fa-f]{5})(?:\.txt)?")

Progress = Callable[[str, int, int], None]
"""What is being done, how many bytes of how many."""


class NotALine(Exception):
    """A line is not as the lists are published. Its text says which and where."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """How the filter is laid out. count: of passwords. hashes: bits that each sets."""

    bits: int
    hashes: int
    count: int

    @property
    def rate(self) -> float:
        """How often a password is taken for one of these that is none, by its size."""
        return float((1 - math.exp(-self.hashes * self.count / self.bits)) ** self.hashes)


def make(source: Path, target: Path, at_least: int, progress: Progress) -> Shape:
    """Makes the file from a list (`HASH:COUNT` lines) or a folder of ranges (`00000.txt`, with
    `SUFFIX:COUNT` lines), of passwords seen at least so often. What was there stays until it is
    done. Raises OSError, NotALine.
    """
    count = sum(1 for _ in _hashes(source, at_least, "counting", progress))
    shape = _shape_for(count)
    making = target.with_name(f"{target.name}.new")
    target.parent.mkdir(parents=True, exist_ok=True)
    with making.open("w+b") as file:
        file.write(_head(shape))
        file.truncate(_HEAD + shape.bits // 8)
        file.flush()
        with mmap.mmap(file.fileno(), 0) as bits:
            for digest in _hashes(source, at_least, "writing", progress):
                for place in _places(digest, shape):
                    bits[_HEAD + (place >> 3)] |= 1 << (place & 7)
    making.replace(target)
    return shape


def shape_of(file: Path) -> Shape | None:
    """How the file is laid out; None when there is none, or it is not one of ours."""
    try:
        with file.open("rb") as opened:
            head = opened.read(_HEAD)
            size = os.fstat(opened.fileno()).st_size
    except FileNotFoundError:
        return None
    if not head.startswith(_MAGIC):
        return None
    said = json.loads(head[len(_MAGIC) :].rstrip(b"\0"))
    shape = Shape(bits=said["bits"], hashes=said["hashes"], count=said["count"])
    return shape if size == _HEAD + shape.bits // 8 else None


def is_breached(password: str, file: Path) -> bool:
    """Whether the password is in the file; False without one. Reads a dozen bytes of it."""
    shape = shape_of(file)
    if shape is None:
        return False
    digest = hashlib.sha1(password.encode(), usedforsecurity=False).digest()
    with file.open("rb") as opened, mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as bits:
        return all(
            bits[_HEAD + (place >> 3)] & 1 << (place & 7) for place in _places(digest, shape)
        )


def _shape_for(count: int) -> Shape:
    most = max(count, 1)
    bits = math.ceil(-most * math.log(FALSE_POSITIVES) / math.log(2) ** 2 / 8) * 8
    return Shape(bits=bits, hashes=max(1, round(bits / most * math.log(2))), count=count)


def _head(shape: Shape) -> bytes:
    said = {"bits": shape.bits, "hashes": shape.hashes, "count": shape.count}
    return (_MAGIC + json.dumps(said).encode()).ljust(_HEAD, b"\0")


def _places(digest: bytes, shape: Shape) -> Iterator[int]:
    """Two numbers of the digest give all of them (Kirsch and Mitzenmacher)."""
    first = int.from_bytes(digest[:8], "big")
    second = int.from_bytes(digest[8:16], "big") | 1
    return ((first + number * second) % shape.bits for number in range(shape.hashes))


def _hashes(source: Path, at_least: int, doing: str, progress: Progress) -> Iterator[bytes]:
    files = _files(source)
    whole, done = sum(file.stat().st_size for file, _ in files), 0
    for file, prefix in files:
        with file.open("rb") as lines:
            for number, line in enumerate(lines, start=1):
                digest = _digest(line, prefix, at_least, f"{file}:{number}")
                if digest is not None:
                    yield digest
                done += len(line)
                if number % _EVERY == 0:
                    progress(doing, done, whole)
    progress(doing, whole, whole)


def _files(source: Path) -> list[tuple[Path, str]]:
    """Files with the prefix that their lines lack."""
    if not source.is_dir():
        return [(source, "")]
    named = [(file, _RANGE.fullmatch(file.name)) for file in sorted(source.iterdir())]
    return [(file, match[1]) for file, match in named if match is not None]


def _digest(line: bytes, prefix: str, at_least: int, where: str) -> bytes | None:
    """The SHA-1 of a line; None for an empty one, and for one that was seen less often."""
    said = (_PART if prefix else _WHOLE).fullmatch(line)
    if said is None:
        if not line.strip():
            return None
        raise NotALine(f"{where} is no line of such a list.")
    if at_least > 1 and int(said[2] or b"1") < at_least:
        return None
    return bytes.fromhex(prefix + said[1].decode())
