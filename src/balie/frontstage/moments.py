"""Times in words: `2 minuten geleden`, `09:12`, `20 november 2026, 09:12`."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_timedelta
from markupsafe import Markup

from balie.frontstage.languages import Words
from balie.mapping import formats

_JUST_NOW = timedelta(seconds=45)
_LONG_AGO = timedelta(hours=12)


@dataclass(frozen=True)
class Voice:
    """A language that speaks now, in one zone. Templates know it as `t`.

    now: the moment at which the page is made (aware).
    """

    words: Words
    zone: ZoneInfo
    now: datetime

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
        age = self.now - moment
        if age < _JUST_NOW:
            return self.say("freshness.just_now")
        if age < _LONG_AGO:
            return format_timedelta(
                -age, granularity="minute", add_direction=True, locale=self.words.locale
            )
        if self._is_today(moment):
            return self.say("freshness.at_time", time=self.clock(moment))
        return self.say("freshness.on_day", day=self.day(moment), time=self.clock(moment))

    def at(self, moment: datetime) -> str:
        """When, as the end of a sentence: "09:12", or with the day when that is not today."""
        return formats.moment(moment, self.now, self.language, self.zone.key)

    def clock(self, moment: datetime) -> str:
        """The time on the clock: "09:12"."""
        return formats.clock_time(moment.astimezone(self.zone), self.language)

    def day(self, moment: datetime) -> str:
        """The day, as everywhere on a page: "20 november 2026"."""
        return formats.day(moment.astimezone(self.zone).date(), self.language)

    def today(self) -> str:
        """The day of today with its weekday, as a heading: "Zondag 22 november"."""
        words = format_date(self._local_now(), "EEEE d MMMM", self.words.locale)
        return words[:1].upper() + words[1:]

    def _is_today(self, moment: datetime) -> bool:
        return moment.astimezone(self.zone).date() == self._local_now().date()

    def _local_now(self) -> datetime:
        return self.now.astimezone(self.zone)
