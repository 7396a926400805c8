"""Puts together what the service desk's pages need."""

from balie.backstage.ports import Clock
from balie.backstage.service_desk.confirming import Confirming
from balie.backstage.service_desk.finding import Finding
from balie.backstage.service_desk.looking import Looking
from balie.backstage.who_may import ground_of
from balie.backstage.why import Explainer
from balie.console.service_desk import Acts, ServiceDesk, Work
from balie.identity.directory import PeopleHere
from balie.site.blueprints import Checked
from balie.site.connecting import Connected, clock_of
from balie.store.actions import StoredActions
from balie.store.ciphers import Cipher
from balie.store.incidents import IncidentBook
from balie.store.staff_actions import StoredStaffActions


def service_desk(
    found: Checked,
    connected: Connected,
    actions: StoredActions,
    incidents: IncidentBook,
    cipher: Cipher,
    work: Work | None = None,
    clock: Clock | None = None,
    acts: Acts | None = None,
) -> ServiceDesk:
    """The service desk of a running blueprint. work: None while no instances are run."""
    now = (clock or clock_of(found.blueprint)).now
    given = (found.blueprint, found.contracts, connected.connectors)
    return ServiceDesk(
        actions=StoredStaffActions(actions),
        deeds=actions.audit,
        receipts=actions.receipts,
        directory=PeopleHere(),
        finding=Finding(*given),
        confirming=Confirming(*given),
        looking=Looking(connected.service, incidents.noted, now),
        explaining=Explainer(
            service=connected.service,
            ground=ground_of(found.blueprint, found.contracts),
            connectors=connected.connectors,
        ),
        contracts=found.contracts,
        seal=cipher.seal,
        unseal=cipher.unseal,
        now=now,
        work=work,
        acts=acts,
    )
