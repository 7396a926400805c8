"""Times in words: `2 minuten geleden`, `09:12`, `20 november 2026, 09:12`."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_timedelta
from markupsafe import Markup

from balie.frontstage.languages import Words
from balie.mapping import formats

_JUST_NOW = timedelta(seconds=45)
_LONG_AGO = timedelta(hours=12)
_A_SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class Voice:
    """A language that speaks now, in one zone. Templates know it as `t`.

    The moment at which the page is made (aware) is for `ago`, `at` and `today` alone: they keep
    what they told, so that a page can be shown again for as long as that is true.
    """

    words: Words
    zone: ZoneInfo
    _now: datetime
    _told: dict[tuple[str, datetime | None], str] = field(
        default_factory=dict, compare=False, repr=False
    )

    @property
    def language(self) -> str:
        """Such as "nl"."""
        return self.words.language

    def say(self, key: str, **values: object) -> Markup:
        """A text of Balie's own words, safe in a page; a value that is Markup stays markup."""
        return self.words.markup(key, **values)

    def count(self, key: str, number: int, **values: object) -> Markup:
        """A text of Balie's own words about a number of things."""
        return self.words.markup(self.words.counted(key, number), number=number, **values)

    def ago(self, moment: datetime) -> str:
        """How long ago, as part of a sentence: "zojuist", "2 minuten geleden", "op ... om ..."."""
        return self._once("ago", moment)

    def at(self, moment: datetime) -> str:
        """When, as the end of a sentence: "09:12", or with the day when that is not today."""
        return self._once("at", moment)

    def long(self, length: timedelta) -> str:
        """How long something takes: "5 minuten"."""
        return format_timedelta(length, granularity="second", threshold=1, locale=self.words.locale)

    def today(self) -> str:
        """The day of today with its weekday, as a heading: "Zondag 22 november"."""
        return self._once("today", None)

    def still_says(self, before: "Voice") -> bool:
        """Whether all that a voice told about time would be told in the same words now."""
        return all(self._tell(*asked) == text for asked, text in before._told.items())

    def _once(self, how: str, moment: datetime | None) -> str:
        told = self._told.get((how, moment))
        if told is None:
            told = self._told[how, moment] = self._tell(how, moment)
        return told

    def _tell(self, how: str, moment: datetime | None) -> str:
        if moment is None:
            return self._today()
        return self._ago(moment) if how == "ago" else self._at(moment)

    def _ago(self, moment: datetime) -> str:
        age = self._now - moment
        if age < _JUST_NOW:
            return self.say("freshness.just_now")
        if age < _LONG_AGO:
            return _before(-age // _A_SECOND, self.words.locale)
        if self._is_today(moment):
            return self.say("freshness.at_time", time=self.clock(moment))
        return self.say("freshness.on_day", day=self.day(moment), time=self.clock(moment))

    def _at(self, moment: datetime) -> str:
        return formats.moment(moment, self._now, self.language, self.zone.key)

    def _today(self) -> str:
        return _heading(self._local_now().date(), self.words.locale)

    def clock(self, moment: datetime) -> str:
        """The time on the clock: "09:12"."""
        return formats.clock_time(moment.astimezone(self.zone), self.language)

    def day(self, moment: datetime) -> str:
        """The day, as everywhere on a page: "20 november 2026"."""
        return formats.day(moment.astimezone(self.zone).date(), self.language)

    def _is_today(self, moment: datetime) -> bool:
        return moment.astimezone(self.zone).date() == self._local_now().date()

    def _local_now(self) -> datetime:
        return self._now.astimezone(self.zone)


@lru_cache(maxsize=4096)
def _before(seconds: int, locale: Locale) -> str:
    """A number of seconds below zero, in words."""
    return format_timedelta(
        timedelta(seconds=seconds), granularity="minute", add_direction=True, locale=locale
    )


@lru_cache(maxsize=64)
def _heading(day: date, locale: Locale) -> str:
    words = format_date(day, "EEEE d MMMM", locale)
    return words[:1].upper() + words[1:]
