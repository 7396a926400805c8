"""Explains the words of the language: in which parts a word stands, and what it holds there."""

from collections.abc import Iterator

from balie.blueprint.vocabulary import (
    CONSTRUCTS,
    Construct,
    Either,
    ListOf,
    Named,
    OneOf,
    Part,
    Phrase,
    Scalar,
    Shape,
    Word,
)


def explained_word(name: str) -> str | None:
    """What a word or a part ("step", "a step") means; None when the language does not have it."""
    wanted = name.strip().lower()
    told = [*_parts(wanted), *_words(wanted)]
    return "\n\n".join(told) + "\n" if told else None


def known() -> tuple[str, ...]:
    """Every word and every part."""
    words = (word.name for part in CONSTRUCTS.values() for word in part.words)
    return tuple(dict.fromkeys((*words, *(part.name for part in CONSTRUCTS.values()))))


def _words(wanted: str) -> Iterator[str]:
    for part in CONSTRUCTS.values():
        word = part.by_name.get(wanted)
        if word is not None:
            needed = ", needed" if word.required else ""
            head = f"{word.name}  in {part.name}{needed}"
            yield f"{head}\n  {word.meaning}\n  Holds {holds(word.shape)}."


def _parts(wanted: str) -> Iterator[str]:
    for part in CONSTRUCTS.values():
        if wanted in (part.name, part.name.partition(" ")[2]):
            yield "\n".join([f"{part.name} has", *_listed(part)])


def _listed(part: Construct) -> Iterator[str]:
    width = max((len(word.name) for word in part.words), default=0)
    for word in part.words:
        yield f"  {word.name:<{width}}  {word.meaning}{_must(word)}"
    if part.others is not None:
        yield f"  and names of your own, each {holds(part.others)}"


def _must(word: Word) -> str:
    return " (needed)" if word.required else ""


def holds(shape: Shape) -> str:
    """What may stand there: `one, or a list of a length of time`."""
    match shape:
        case Scalar():
            return shape.value if shape.value.startswith(("a ", "true")) else f"a {shape.value}"
        case OneOf(choices):
            return " or ".join(choices)
        case Phrase(_, example):
            return f"a phrase such as: {example}"
        case ListOf(item, or_one):
            return f"{'one, or ' if or_one else ''}a list: {holds(item)}"
        case Named(value):
            return f"names of your own, each with {holds(value)}"
        case Part(of):
            return CONSTRUCTS[of].name
        case Either(shapes):
            return "; or ".join(holds(each) for each in shapes)
