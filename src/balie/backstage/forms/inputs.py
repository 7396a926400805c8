"""What comes in with a form besides plain answers, and what it needs of the world."""

from dataclasses import dataclass, field

from balie.backstage.forms.drafts import Drafts, NoDrafts
from balie.backstage.forms.guarding import Guard
from balie.backstage.forms.receiving import FilesKept


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """files: keeps files; None: no form asks for one. guard: asks for codes; None: no guarded
    field is asked. drafts: keeps what was filled in and not sent.
    """

    files: FilesKept | None = None
    guard: Guard | None = None
    drafts: Drafts = field(default_factory=NoDrafts)


NO_INPUTS = Inputs()
"""Plain answers only."""
