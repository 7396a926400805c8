"""The nearest known word, for "did you mean"."""

from collections.abc import Iterable
from difflib import SequenceMatcher
from itertools import islice

ALIKE = 0.75
"""Below this a suggestion is a guess, and a wrong one sends people the wrong way."""

MOST = 2000  # words that are looked at

LONGEST = 60  # characters; longer ones are sentences


def nearest(word: str, known: Iterable[str], *, least: float = ALIKE) -> str | None:
    """The known word that is most like this one, or None when none is like it."""
    if len(word) > LONGEST:
        return None
    matcher = SequenceMatcher(b=word, autojunk=False)
    best, found = least, None
    for candidate in islice(known, MOST):
        matcher.set_seq1(candidate)
        if matcher.real_quick_ratio() < best or matcher.quick_ratio() < best:
            continue
        ratio = matcher.ratio()
        if ratio > best or (ratio == best and found is None):
            best, found = ratio, str(candidate)
    return found


def did_you_mean(word: str, known: Iterable[str]) -> tuple[str, ...]:
    """A line of help with the nearest known word, if there is one."""
    found = nearest(word, known)
    return () if found is None else (f'did you mean "{found}"?',)
