"""What is logged: for people at a terminal, and as JSON lines for programs everywhere else.

Never what somebody's page was about. Messages of exceptions can hold an address, an order, a row
of a database: of an exception only its kind and its places are told. Other people's code is heard
from warnings on, for below that it tells what it is doing with which data.
"""

import logging
from collections.abc import Callable
from typing import Protocol, TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from balie.backstage.ports import About, Incident, Incidents
from balie.frontstage.failures import where
from balie.transport.http import Trace

_MOST = 500  # different incidents that we remember to have told


def without_data(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """The event with the place of its exception instead of the exception."""
    failure = event.pop("exc_info", None)
    error = failure[1] if isinstance(failure, tuple) else failure
    if isinstance(error, BaseException):
        event["failure"] = where(error)
    return event


_SHARED: tuple[Processor, ...] = (
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    without_data,
)


class Log(Protocol):
    """Where events go: a sentence and its values."""

    def info(self, event: str, **values: object) -> object: ...

    def warning(self, event: str, **values: object) -> object: ...


def log_of(name: str) -> Log:
    """The log of a module."""
    log: Log = structlog.wrap_logger(
        logging.getLogger(name),
        wrapper_class=structlog.stdlib.BoundLogger,
        processors=[
            structlog.stdlib.filter_by_level,
            *_SHARED,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
    )
    return log


def begin(level: str, to: TextIO) -> None:
    """Logs from this level on ("debug", "info", "warning"); JSON lines unless to a terminal."""
    handler = logging.StreamHandler(to)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=_SHARED,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _for_people() if to.isatty() else structlog.processors.JSONRenderer(),
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    logging.getLogger("balie").setLevel(level.upper())
    # Its warnings name the address that was asked; that is for whoever asked it.
    logging.getLogger("django.request").setLevel(logging.ERROR)


def asked(name: str) -> Callable[[Trace], None]:
    """Logs what systems are asked, under this name: which, how long it took, what was wrong."""
    log, listens = log_of(name), logging.getLogger(name).isEnabledFor

    def hear(trace: Trace) -> None:
        if not listens(logging.INFO):
            return  # before anything is made ready to be told: every call comes by here
        log.info(
            "asked a system",
            system=trace.system,
            method=trace.method,
            path=trace.path_template,
            status=trace.status,
            ms=round(trace.ms, 1),
            bytes=trace.bytes,
            fault=trace.fault,
        )

    return hear


class ToldIncidents:
    """Fulfils `backstage.ports.Incidents`: logs each, the first of its kind as a warning."""

    def __init__(self, incidents: Incidents, log: Log) -> None:
        self._incidents = incidents
        self._log = log
        self._told: set[About] = set()

    def report(self, incident: Incident) -> None:
        """Logs it, and passes it on."""
        about = About(incident.kind, incident.system, incident.table, incident.about, incident.step)
        tell = self._log.info if about in self._told else self._log.warning
        if len(self._told) < _MOST:
            self._told.add(about)
        tell(
            "incident",
            kind=incident.kind.value,
            system=incident.system,
            table=incident.table,
            about=incident.about,
            step=incident.step,
            count=incident.count,
        )
        self._incidents.report(incident)


def _for_people() -> Processor:
    return structlog.dev.ConsoleRenderer(colors=False, pad_event_to=0)
