"""What every kind of connector that can write must do, as tests that its author inherits.

class TestOrdersWriter(WritingConformance):
    def bench(self) -> AbstractAsyncContextManager[WritingBench]: ...

The bench is a writer, a system that takes writes and counts what it did, and a way to make its
answers go wrong. A kind that cannot do something says None there, and is not asked for it.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, replace
from enum import StrEnum

from balie.systems.conformance import demand, in_a_loop
from balie.systems.errors import Misconfigured, Refused, SystemFault, Unavailable
from balie.systems.rows import Raw, text_of
from balie.systems.writing import Change, Conflict, How, Writer


class Mishap(StrEnum):
    """What happens to writes from now on."""

    NONE = "none"
    LOST_REPLY = "lost reply"  # it is done, and nobody says so
    AWAY = "away"  # 503, and nothing is done
    TOO_MANY = "too many"  # 429, and nothing is done
    NOT_LET_IN = "not let in"  # 401 and 403
    RUBBISH = "rubbish"  # it is done, and the answer is no JSON


def _nobody(_path: str, _value: Raw) -> None:
    """Nobody else changes anything."""


@dataclass(frozen=True, kw_only=True)
class WritingBench:
    """A writer, and the system that it writes to.

    new: a change that makes a row. unfit: one that the system refuses because of the field `named`,
    in which `secret` stands. changes: a change of a row that is there, with `shown` as it is now.
    other: a value that somebody else could put in the first of its fields; meanwhile: does that.
    by: values that find that row. file: a change that brings a file.
    effects: how many of these changes the system did so far.
    """

    writer: Writer
    effects: Callable[[], int]
    mishap: Callable[[Mishap], None]
    new: Change
    unfit: Change
    named: str
    secret: str
    changes: Change | None = None
    other: Raw = None
    meanwhile: Callable[[str, Raw], None] = _nobody
    by: Mapping[str, str] = field(default_factory=dict)
    file: Change | None = None


class WritingConformance(ABC):
    """The demands. Inherit, and give the bench."""

    @abstractmethod
    def bench(self) -> AbstractAsyncContextManager[WritingBench]:
        """A fresh system, on which nothing was done yet."""

    @in_a_loop
    async def test_a_new_row_is_made_once_and_told_by_its_key(self) -> None:
        async with self.bench() as it:
            written = await it.writer.write(it.new)
            demand(bool(written.row) and not written.again, f"which row was made: {written}")
            demand(set(written.values) == set(it.new.returns), "what was asked to be told")
            demand(None not in written.values.values(), f"no value is told: {written.values}")
            demand(it.effects() == 1, f"{it.effects()} effects of one write")

    @in_a_loop
    async def test_what_was_made_is_found_again_by_its_key(self) -> None:
        async with self.bench() as it:
            if it.new.repeat.how is not How.FIND:
                return
            demand(await it.writer.find(it.new) is None, "nothing was made yet")
            written = await it.writer.write(it.new)
            found = await it.writer.find(it.new)
            demand(found is not None and found.row == written.row, f"{found} after {written}")
            demand(found is not None and found.again, "it was found, so it was there before")
            demand(found is not None and found.values == written.values, "the same values")
            other = await it.writer.find(replace(it.new, key="f" * 32))
            demand(other is None, "a row with another key is another row")

    @in_a_loop
    async def test_a_lost_reply_and_a_repeat_are_one_effect(self) -> None:
        async with self.bench() as it:
            it.mishap(Mishap.LOST_REPLY)
            fault = await _fault(it, it.new)
            demand(isinstance(fault, Unavailable) and fault.may_be_done, f"{fault!r}: may be done")
            it.mishap(Mishap.NONE)
            if it.new.repeat.how is How.FIND:
                demand(await it.writer.find(it.new) is not None, "it was made, unseen")
            else:
                await it.writer.write(it.new)
            demand(it.effects() == 1, f"{it.effects()} effects after a lost reply")

    @in_a_loop
    async def test_an_answer_that_cannot_be_read_may_be_done(self) -> None:
        async with self.bench() as it:
            it.mishap(Mishap.RUBBISH)
            fault = await _fault(it, it.new)
            demand(isinstance(fault, Unavailable) and fault.may_be_done, f"{fault!r}: may be done")

    @in_a_loop
    async def test_a_key_that_the_system_knows_is_one_effect(self) -> None:
        async with self.bench() as it:
            if it.new.repeat.how is not How.HEADER:
                return
            first = await it.writer.write(it.new)
            again = await it.writer.write(it.new)
            demand(first.row == again.row, "the same key is the same row")
            demand(it.effects() == 1, f"{it.effects()} effects of one key")

    @in_a_loop
    async def test_the_same_change_twice_is_one_effect(self) -> None:
        async with self.bench() as it:
            if it.changes is None:
                return
            await it.writer.write(it.changes)
            again = await it.writer.write(it.changes)
            demand(again.row == it.changes.row, "the row that changed")
            demand(it.effects() == 1, f"{it.effects()} effects of one change")

    @in_a_loop
    async def test_a_lost_reply_to_a_change_and_a_repeat_are_one_effect(self) -> None:
        async with self.bench() as it:
            if it.changes is None:
                return
            it.mishap(Mishap.LOST_REPLY)
            fault = await _fault(it, it.changes)
            demand(isinstance(fault, Unavailable), f"{fault!r} after a lost reply")
            it.mishap(Mishap.NONE)
            await it.writer.write(it.changes)
            demand(it.effects() == 1, f"{it.effects()} effects after a lost reply")

    @in_a_loop
    async def test_a_row_that_was_changed_meanwhile_is_a_conflict_that_says_what_it_is(
        self,
    ) -> None:
        async with self.bench() as it:
            if it.changes is None:
                return
            path = next(iter(it.changes.fields))
            it.meanwhile(path, it.other)
            fault = await _fault(it, it.changes)
            demand(isinstance(fault, Conflict), f"{fault!r} instead of Conflict")
            now = fault.now.get(path) if isinstance(fault, Conflict) else None
            demand(text_of(now) == text_of(it.other), f"{path} is {now!r} now")
            demand(str(it.other) not in fault.staff, f"names a value: {fault.staff}")
            demand(it.effects() == 0, "nothing may be written over what nobody saw")

    @in_a_loop
    async def test_a_refusal_names_fields_and_never_values(self) -> None:
        async with self.bench() as it:
            fault = await _fault(it, it.unfit)
            demand(isinstance(fault, Refused), f"{fault!r} instead of Refused")
            demand(it.named in fault.staff, f"does not name {it.named!r}: {fault.staff}")
            demand(it.secret not in fault.staff, f"names a value: {fault.staff}")
            demand(it.effects() == 0, "what is refused is not done")

    @in_a_loop
    async def test_a_field_that_the_contract_does_not_have_is_never_sent(self) -> None:
        async with self.bench() as it:
            for change in filter(None, (it.new, it.changes)):
                fields = {**change.fields, "no_such_field": "x"}
                fault = await _fault(it, replace(change, fields=fields))
                demand(isinstance(fault, Misconfigured), f"{fault!r} instead of Misconfigured")
                demand("no_such_field" in fault.staff, fault.staff)
            unknown = await _fault(it, replace(it.new, table="no such table"))
            demand(isinstance(unknown, Misconfigured), f"{unknown!r} instead of Misconfigured")
            demand(it.effects() == 0, "nothing was to be sent")

    @in_a_loop
    async def test_a_row_that_is_not_there_is_refused(self) -> None:
        async with self.bench() as it:
            if it.changes is None:
                return
            for row in ("00000000-0000-4000-8000-00000000dead", "4000000", "x/../y", "a'b"):
                fault = await _fault(it, replace(it.changes, row=row))
                demand(isinstance(fault, Refused), f"{row}: {fault!r} instead of Refused")
            demand(it.effects() == 0, "no row can have changed")

    @in_a_loop
    async def test_a_system_that_is_away_is_unavailable(self) -> None:
        async with self.bench() as it:
            for change in filter(None, (it.new, it.changes)):
                it.mishap(Mishap.AWAY)
                fault = await _fault(it, change)
                demand(isinstance(fault, Unavailable), f"{fault!r} instead of Unavailable")
                it.mishap(Mishap.TOO_MANY)
                fault = await _fault(it, change)
                done = fault.may_be_done if isinstance(fault, Unavailable) else True
                demand(not done, "a system that has no time for us has not done it")
            demand(it.effects() == 0, "nothing was done")

    @in_a_loop
    async def test_a_key_that_is_refused_is_misconfigured(self) -> None:
        async with self.bench() as it:
            it.mishap(Mishap.NOT_LET_IN)
            fault = await _fault(it, it.new)
            demand(isinstance(fault, Misconfigured), f"{fault!r} instead of Misconfigured")

    @in_a_loop
    async def test_a_row_is_found_by_values_or_not_at_all(self) -> None:
        async with self.bench() as it:
            if it.changes is None or not it.by:
                return
            found = await it.writer.rows_with(it.changes.table, it.by)
            demand(found == (it.changes.row,), f"{found} instead of one row")
            nobody = {name: f"x{value}" for name, value in it.by.items()}
            demand(await it.writer.rows_with(it.changes.table, nobody) == (), "nobody has this")

    @in_a_loop
    async def test_a_file_arrives_whole_and_twice_is_once(self) -> None:
        async with self.bench() as it:
            if it.file is None:
                return
            written = await it.writer.write(it.file)
            effects = it.effects()
            demand(written.row == it.file.row and effects > 0, f"{written}")
            await it.writer.write(it.file)
            demand(it.effects() == effects, "the same file again changes nothing")


async def _fault(it: WritingBench, change: Change) -> SystemFault:
    try:
        written = await it.writer.write(change)
    except SystemFault as fault:
        return fault
    raise AssertionError(f"it was written: {written}")
