"""The steps of a sign-in that are ours."""

from allauth.mfa.stages import AuthenticateStage
from django.http import HttpRequest

from balie.identity.desk import desk_of
from balie.identity.factors.second_steps import needs_second_step
from balie.identity.models import Person
from balie.identity.proofs import took_second_step

DEMO_DOOR = "demo door"
"""In the state of a sign-in by the demo's own door: it is one step, without any proof. Pages that
need two ask the second.
"""


class SecondStep(AuthenticateStage):
    """allauth's second step, for whom it is needed: a passkey alone asks for none."""

    def _should_handle(self, request: HttpRequest) -> bool:
        person = self.login.user
        return (
            isinstance(person, Person)
            and DEMO_DOOR not in self.login.state
            and needs_second_step(person, demo=desk_of(request).demo)
            and not took_second_step(request, person)
        )
