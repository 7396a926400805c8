"""What staff hear of something that failed in our own code."""

import traceback
from datetime import datetime
from pathlib import Path

from balie.backstage.ports import Incident, IncidentKind


def failed(error: BaseException, at: datetime) -> Incident:
    """What staff should know of a page that failed: where in our own code, and nothing else."""
    return Incident(kind=IncidentKind.FAILED, system="", table="", about=where(error), at=at)


def where(error: BaseException) -> str:
    """What happened and where, without the message: that may hold somebody's data."""
    frames = traceback.extract_tb(error.__traceback__)[-3:]
    places = " < ".join(f"{Path(f.filename).name}:{f.lineno} {f.name}" for f in reversed(frames))
    return f"{type(error).__name__} at {places}"
