"""The kinds of step that are installed, by the name that a plan has for them."""

from collections.abc import Mapping

from balie.backstage.opening import StepKind
from balie.steps.details.step import DetailsStep
from balie.steps.list.step import ListStep
from balie.steps.overview.step import OverviewStep

STEP_KINDS: Mapping[str, StepKind] = {
    "overview": OverviewStep(),
    "list": ListStep(),
    "details": DetailsStep(),
}
