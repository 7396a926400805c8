"""Breaks access in many ways, one at a time, and runs `balie prove` on each: is it seen?

    python -m tools.mutate_access              all, on both cores
    python -m tools.mutate_access scope token  those whose name has one of these words

Each way is a small change of the text of one file, in a copy of the sources. A change that no longer
fits, because the code is another by now, ends it at once: then mend it here. One copy is as it is:
there nothing may be found, or what was seen elsewhere would prove nothing. Exit code 0: all seen.
"""
# ruff: noqa: E501 - what is replaced stands as it stands in the code

import json
import logging
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from compileall import compile_dir
from contextlib import ExitStack, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
SOURCES = ROOT / "src" / "balie"
BLUEPRINT = ROOT / "blueprints" / "lindeman"
VARIANT: Sequence[tuple[str, str, str]] = (
    ("story.yaml", "        title: Mijn facturen\n        for: [consumer, finance]",
     "        title: Mijn facturen\n        for: [consumer, buyer, finance]"),
    ("story.yaml", "        title: Ons factuuradres\n        for: [finance]",
     "        title: Ons factuuradres\n        for: [buyer, finance]"),
    ("story.yaml", "        title: Ik verstuur het pakket\n        for: [consumer, buyer]",
     "        title: Ik verstuur het pakket\n        for: [consumer]"),
    ("story.yaml", "          button: Vraag versturen\n",
     "          button: Vraag versturen\n        approve: {by: [buyer, finance], within: 2 working days, then: refuse}\n"),
    ("story.yaml", "billing.city]\n          button: Opslaan\n",
     "billing.city]\n          button: Opslaan\n        approve: {by: [finance], within: 2 working days, then: refuse}\n"),
    ("story.yaml", "      extra check: two steps        #", "      extra check: two steps within 30 minutes  #"),
    ("story.yaml", "      may act for customers: write ", "      may act for customers: read "),
    ("systems.yaml", "  administrators give: [buyer, finance]", "  administrators give: [buyer]"),
    ("examples/rows.yaml", "    erpNumber: null\n    role: BUY\n    firstName: Bram", "    erpNumber: \"10085\"\n    role: BUY\n    firstName: Bram"),
    ("things.yaml", "    owner: customerNumber = me.customer\n    seen by: [consumer, buyer]",
     "    owner: customerNumber = me.customer\n    seen by: [consumer, buyer, finance]"),
    ("things.yaml", "    seen by: [finance]\n    may change", "    seen by: [buyer, finance]\n    may change"),
    ("things.yaml", "sent]\n    fields:\n      item: {name: Artikelnummer, from: lineObjectNumber}",
     "sent]\n    fields:\n      item: {name: Artikelnummer, from: lineObjectNumber, seen by: [consumer]}"),
    ("things.yaml", "      pdf: {name: Factuur bewaren, from: pdfDocument.pdfDocumentContent}",
     "      pdf: {name: Factuur bewaren, from: pdfDocument.pdfDocumentContent, seen by: [finance]}"),
)  # fmt: skip
"""The example with rules that differ where it says the same twice: so that each counts alone."""

AT_ONCE = 2
LONGEST = 400  # seconds for one
OF_OTHERS = (
    "django",
    "allauth",
    "starlette",
    "uvicorn",
    "structlog",
    "jinja2",
    "aiohttp",
    "orjson",
)
"""What others wrote is loaded once; every child has it."""

Systems = Mapping[str, Any]
"""Rehearsed systems by name: of the class of the copy that runs, or of this one's."""


@dataclass(frozen=True)
class Mutation:
    """One way to break access: in this file, `old`, which stands there once, becomes `new`.

    first: the parts of the proof that are run first, where it would be seen. also: what is replaced
    beside it, where the same is said twice: in the same file, or in another that is named.
    """

    name: str
    file: str
    old: str
    new: str
    first: str
    also: tuple[str, str] | tuple[str, str, str] | None = None


def _m(
    name: str,
    file: str,
    old: str,
    new: str,
    first: str = "reading",
    also: tuple[str, str] | tuple[str, str, str] | None = None,
) -> Mutation:
    return Mutation(name, file, old, new, first, also)


AS_IT_IS = Mutation("nothing is broken", "", "", "", "")
"""A copy in which nothing may be found."""

MUTATIONS: Sequence[Mutation] = (
    # ---- scope
    _m("scope: a row is not held against it", "access/scope.py",
       "            if not _holds(relation, row):\n                return False\n", "            pass\n", "leaky systems"),
    _m("scope: any value will do", "access/scope.py",
       "    return text in relation.values\n", "    return True\n", "leaky systems"),
    _m("scope: owner relations are left out", "access/scope.py",
       "    for equality in asked:\n        values",
       "    for equality in asked:\n        if isinstance(equality.value, relations.Me):\n            continue\n        values"),
    _m("scope: texts in quotes are left out", "access/scope.py",
       "    for equality in asked:\n        values",
       "    for equality in asked:\n        if isinstance(equality.value, relations.Literal):\n            continue\n        values"),
    _m("scope: one number is as good as another", "access/scope.py",
       "        plan = repr((self.system, self.table, self.relations, more)).encode()",
       "        plan = repr((self.system, self.table, more)).encode()"),
    # ---- visibility
    _m("visibility: every kind will do", "access/visibility.py",
       "    return not kinds or not viewer.kinds.isdisjoint(kinds)", "    return True"),
    _m("visibility: every step may be opened", "access/visibility.py",
       "    return bool(step.for_) and is_for(step.for_, viewer)", "    return bool(viewer.kinds)"),
    _m("visibility: every thing may be seen", "access/visibility.py",
       "    return is_for(thing.seen_by, viewer)", "    return True"),
    _m("visibility: every field may be seen", "access/visibility.py",
       "    return may_see(thing, viewer) and is_for(field.seen_by, viewer)",
       "    return may_see(thing, viewer)"),
    _m("visibility: pages forget whose thing they are about", "backstage/service.py",
       "        return plan.subject is None or may_see(self.things[plan.subject.thing].thing, viewer)",
       "        return True"),
    _m("visibility: forms are for everybody who signed in", "backstage/service.py",
       "    if not may_open(plan.step, viewer) or not may_see(thing, viewer):\n        return False",
       "    if not viewer.kinds:\n        return False"),
    _m("visibility: who may see may change", "backstage/service.py",
       "    return not plan.is_change or is_for(thing.may_change, viewer)", "    return True", "sending"),
    _m("visibility: what one kind may open is kept for all", "backstage/service.py",
       "        key = (viewer.kinds, viewer.represents)", "        key = (frozenset(), False)"),
    _m("visibility: columns of lists are not looked at", "backstage/presenting.py",
       "            and may_see_field(thing.thing, thing.fields[id_].field, self.viewer)\n", ""),
    # ---- what is kept
    _m("kept: a viewer's key has no person", "access/viewer.py",
       "        return (*named, self.kinds, self.kinds_known, me, self.is_staff, chooses, self.behind)",
       "        return (self.kinds, self.kinds_known, self.is_staff, chooses, self.behind)"),
    _m("kept: a page is kept without its viewer", "backstage/service.py",
       "asked.arrangement.sort, language, viewer.who, overlay.stamp)",
       "asked.arrangement.sort, language, overlay.stamp)"),
    _m("kept: who somebody is, is kept for all", "backstage/recognition.py",
       "        who, today = visitor.who, self._clock.today()",
       "        who, today = visitor.is_staff, self._clock.today()"),
    # ---- rows that belong to rows, and lines of `me`
    _m("scope: rows of a row are not tied to it", "access/scope.py",
       "    for equality in asked:\n        values",
       "    for equality in asked:\n        if isinstance(equality.value, relations.Other):\n            continue\n        values"),
    _m("scope: only the first relation is held against a row", "access/scope.py",
       "        for relation in self.relations:  #", "        for relation in self.relations[:1]:  #", "leaky systems"),
    _m("scope: only the first relation is asked, and held against a row", "access/scope.py",
       "    return Scope(_DOOR, system, table, (*related, *narrowed), reason)",
       "    return Scope(_DOOR, system, table, (*related[:1], *narrowed), reason)"),
    _m("document: of whatever row the system gives", "access/scope.py",
       "        if not values or not self.covers(row):", "        if not values:", "leaky systems",
       ("backstage/sources.py", "            if not covers(row):", "            if False:")),
    _m("me: a line for others counts", "backstage/recognition.py",
       "                if kinds.isdisjoint(line.for_):", "                if False:"),
    # ---- for whom somebody acts
    _m("acting for: whatever is asked", "identity/pages/acting_for.py",
       '        chosen = contexts.chosen(request.POST.get("organisation", ""))',
       '        chosen = Context(request.POST.get("organisation", ""), frozenset())', "keys:administrators"),
    _m("acting for: what systems say of another counts too", "backstage/recognition.py",
       "            return await self._by_keys((key,), lines)", "            return known", "keys:two_at_once"),
    _m("acting for: who they are to another counts too", "backstage/recognition.py",
       "            if tied is not None and organisation in tied:", "            if True:", "keys:two_at_once"),
    _m("receipts: of whichever organisation", "store/actions.py",
       "    return models.Q() if organisation is None else anywhere | models.Q(organisation=organisation)",
       "    return models.Q()", "sending+keys:two_at_once"),
    # ---- the administrator of an organisation
    _m("administrator: everybody is", "identity/pages/organisations.py",
       "    if context is None or not context.is_administrator:\n        raise Http404",
       "    if context is None:\n        raise Http404", "keys:administrators"),
    _m("administrator: of everybody", "identity/organisations/members.py",
       "    return Membership.objects.filter(organisation=organisation)\n", "    return Membership.objects.all()\n", "keys:administrators"),
    _m("administrator: of every invitation", "identity/organisations/members.py",
       "    ours = open_ones(now_in_time()).filter(purpose=PURPOSE, about__organisation=organisation)\n    return list(",
       "    ours = open_ones(now_in_time()).filter(purpose=PURPOSE)\n    return list(", "keys:administrators"),
    _m("administrator: gives whatever they like", "identity/pages/organisations.py",
       "        if role and role not in self.here.gives:", "        if False:", "keys:administrators"),
    _m("administrator: of those below, unasked", "identity/memberships.py",
       "filter(person=person, is_administrator=True, administers_below=True)",
       "filter(person=person, is_administrator=True)", "keys:administrators"),
    _m("administrator: of those above", "identity/memberships.py",
       "        for one in Organisation.objects.filter(parent=row.organisation):",
       "        keys = Organisation.objects.filter(key=row.organisation).values('parent')\n"
       "        for one in Organisation.objects.filter(key__in=keys):", "keys:administrators",
       ("filter(person=person, is_administrator=True, administers_below=True)", "filter(person=person, is_administrator=True)")),
    _m("administrator: of everybody who asks to join", "identity/organisations/joining.py",
       "    return next((one for one in waiting(organisation) if one.pk == request), None)",
       "    return JoinRequest.objects.filter(pk=request).first()", "keys:administrators"),
    # ---- what comes by mail and by post
    _m("invitation: any token will do", "identity/invitations.py",
       "    return open_ones(now).filter(token=_digest(token)).first()", "    return open_ones(now).first()", "keys:invitations"),
    _m("invitation: for whoever has it", "identity/invitations.py",
       "filter(pk=invitation, address=person.email)", "filter(pk=invitation)", "keys:invitations",
       ("identity/pages/invited.py", "person.email == found.address", "True")),
    _m("invitation: as often as one likes", "identity/invitations.py",
       "filter(revoked=None, taken_up=None, expires__gt=now)", "filter(revoked=None, expires__gt=now)", "keys:invitations"),
    _m("invitation: also when it was taken back", "identity/invitations.py",
       "filter(revoked=None, taken_up=None, expires__gt=now)", "filter(taken_up=None, expires__gt=now)", "keys:invitations"),
    _m("invitation: for ever", "identity/invitations.py",
       "filter(revoked=None, taken_up=None, expires__gt=now)", "filter(revoked=None, taken_up=None)", "keys:invitations"),
    _m("letter: as often as one likes", "identity/linking/activation.py",
       "filter(used=None, revoked=None, expires__gt=now)", "filter(revoked=None, expires__gt=now)", "keys:letters"),
    _m("letter: also one before the last", "identity/linking/activation.py",
       "filter(used=None, revoked=None, expires__gt=now)", "filter(used=None, expires__gt=now)", "keys:letters"),
    _m("letter: with any number", "identity/linking/activation.py",
       '("letter", _bare(filled.number), _bare', '("letter", _bare', "keys:letters"),
    _m("letter: with any postcode", "identity/linking/activation.py",
       "_bare(filled.number), _bare(filled.postcode), _bare", "_bare(filled.number), _bare", "keys:letters"),
    _m("link in a mail: also when it was ended", "identity/linking/mail_links.py",
       "filter(ended=None, expires__gt=now)", "filter(expires__gt=now)", "keys:links"),
    _m("link in a mail: for ever", "identity/linking/mail_links.py",
       "filter(ended=None, expires__gt=now)", "filter(ended=None)", "keys:links"),
    _m("link in a mail: of a closed account", "identity/linking/mail_links.py",
       "filter(token=_digest(token), person__is_active=True)", "filter(token=_digest(token))", "keys:links"),
    _m("link in a mail: any token will do", "identity/linking/mail_links.py",
       "filter(token=_digest(token), person__is_active=True)", "filter(person__is_active=True)", "keys:links"),
    _m("sign-ins: everybody's can be ended", "identity/pages/leaving.py",
       "for row in person.viewer_sessions.all() if is_meant(row)]",
       "for row in ViewerSession.objects.all() if is_meant(row)]", "keys:sign_ins"),
    # ---- as a customer
    _m("as a customer: who may only read writes", "frontstage/acting.py",
       "        if extent is Extent.READ and ask.method not in READ_ONLY:", "        if False:", "keys:acting"),
    _m("as a customer: colleagues of any team", "frontstage/acting.py",
       '        if extent is None:\n            return await self._no(ask, "acting_over")\n', "", "keys:acting"),
    _m("as a customer: without being signed in", "frontstage/app.py",
       "    is_theirs = own is not None and behind is not None and behind.person == own.person\n",
       "    is_theirs = behind is not None\n", "keys:acting"),
    _m("as a customer: after it was stopped", "identity/acting.py",
       "            acting.delete()\n", "            pass\n", "keys:acting"),
    # ---- as a representative
    _m("representative: does whatever the customer does", "access/visibility.py",
       "    return step.by_representatives or not viewer.represents", "    return True", "keys:representatives"),
    _m("representative: of whomever they name", "identity/pages/acting_for.py",
       '        other = next((one for one in others if one.pk.hex == request.POST["person"]), None)',
       '        other = Representation.objects.filter(pk=request.POST["person"]).first()', "keys:representatives"),
    _m("representative: before it begins", "identity/representing.py",
       "if one.begins <= now and not", "if not", "keys:representatives"),
    _m("representative: after it is over", "identity/representing.py",
       "    return Representation.objects.filter(Q(ends=None) | Q(ends__gt=_now()), ended=None)",
       "    return Representation.objects.filter(ended=None)", "keys:representatives"),
    _m("representative: goes on after it was ended", "identity/reader.py",
       "             WHERE t.id = s.representation_id AND t.representative_id = p.id AND t.ended IS NULL),",
       "             WHERE t.id = s.representation_id AND t.representative_id = p.id),", "keys:representatives"),
    _m("representative: ended by whoever", "identity/representing.py",
       "    found = Representation.objects.filter(theirs, pk=representation, ended=None)",
       "    found = Representation.objects.filter(pk=representation, ended=None)", "keys:representatives"),
    # ---- approving
    _m("approval: by who sent it", "steps/approve/step.py",
       "    return is_asked and not has_given and receipt.action.person != viewer.person",
       "    return is_asked and not has_given", "approving",
       ("    return was_asked and receipt.action.person != viewer.person", "    return was_asked")),
    _m("approval: by whatever kind of customer", "steps/approve/step.py",
       "    is_asked = approval.decided is None and not viewer.kinds.isdisjoint(approval.by)",
       "    is_asked = approval.decided is None", "approving",
       ("    was_asked = not viewer.kinds.isdisjoint(_approval(receipt).asked_so_far)", "    was_asked = True")),
    _m("approval: by whatever organisation", "store/approvals.py",
       "        return Action.objects.filter(approval__organisation=self._digest(organisation))",
       "        return Action.objects.exclude(approval=None)", "approving"),
    # ---- sign-ins
    _m("sign-in: its end is not looked at", "identity/reader.py",
       "        or sign_in.expires <= now\n", "", "around"),
    _m("sign-in: another password does not end it", "identity/reader.py",
       "        or sign_in.fingerprint != fingerprint(sign_in.password)\n", "", "around"),
    _m("sign-in: a closed account goes on", "identity/reader.py",
       "        or not sign_in.is_active\n", "", "around"),
    _m("sign-in: any cookie is somebody's", "identity/reader.py",
       "     WHERE s.cookie = ?\n", "     WHERE s.cookie >= ? OR 1\n"),
    _m("sign-in: whoever asked first is everybody", "identity/reader.py",
       "        digest = cookie_digest(cookie)\n        try:",
       "        digest = cookie_digest('')\n        try:"),
    _m("sign-in: signing out leaves it", "identity/sessions.py",
       "            ViewerSession.objects.filter(cookie=cookie_digest(ending)).delete()",
       "            pass", "around"),
    _m("sign-in: one time for all", "identity/reader.py",
       "        if seen is not None and seen.until > now:\n",
       "        if seen is not None:\n", "around"),
    _m(
        "step-up: two steps are never asked",
        "access/proving.py",
        "    if asked and not is_proved:",
        "    if False:",
        "around",
    ),
    _m("step-up: one step is enough", "access/proving.py",
       "    is_proved = viewer.level >= TWO_STEPS and", "    is_proved = viewer.level >= 1 and", "around"),
    _m("step-up: however long ago", "access/proving.py",
       " and (within is None or now - viewer.level_at <= within)", "", "around"),
    _m(
        "membership: its end is not looked at",
        "identity/reader.py",
        "        holds = self.begins <= now and (self.ends is None or now < self.ends)",
        "        holds = self.begins <= now",
        "around",
    ),
    _m(
        "membership: its beginning is not looked at",
        "identity/reader.py",
        "        holds = self.begins <= now and (self.ends is None or now < self.ends)",
        "        holds = self.ends is None or now < self.ends",
        "around",
    ),
    # ---- staff
    _m("staff: colleagues read pages of customers", "frontstage/views.py",
       "    async def _page(self, ask: Ask, visitor: Visitor) -> Answer:\n        if visitor.is_staff or visitor.staff_roles:",
       "    async def _page(self, ask: Ask, visitor: Visitor) -> Answer:\n        if False:"),
    _m("staff: colleagues get documents of customers", "frontstage/views.py",
       "    async def _document(self, ask: Ask, visitor: Visitor) -> Answer:\n        if visitor.is_staff or visitor.staff_roles:",
       "    async def _document(self, ask: Ask, visitor: Visitor) -> Answer:\n        if False:"),
    _m("staff: customers open staff's pages", "console/doors.py",
       '        if not getattr(request.user, "is_staff", False):', "        if False:", "around"),
    _m("staff: work of another team opens", "console/working.py",
       "    if found is None or not colleague.teams.intersection(found.teams):", "    if found is None:", "arriving"),
    # ---- documents
    _m("document: of a field that is not for them", "backstage/handing.py",
       "        if not opening.presenting.visible(thing, (match.place.field,)):\n            return NoDocument.NOT_FOUND\n", ""),
    _m("document: of a page that is not for them", "backstage/service.py",
       "[m for m in self._documents.match(path) if self._may_open(m.place.plan, viewer)]",
       "[m for m in self._documents.match(path)]"),
    # ---- receipts
    _m("receipt: for whoever knows its reference", "store/actions.py",
       "        mine = Action.objects.filter(reference=reference, person=person)\n",
       "        mine = Action.objects.filter(reference=reference)\n", "sending"),
    _m("receipts: everybody's in one list", "store/actions.py",
       "        here = Action.objects.filter(_for(organisation), person=person)",
       "        here = Action.objects.filter(_for(organisation))", "sending"),
    _m("receipt: what is under way of everybody is laid over", "store/actions.py",
       "        here = Action.objects.filter(lately, _for(organisation), person=person)",
       "        here = Action.objects.filter(lately, _for(organisation))", "sending"),
    _m("receipt: a guessed one without signing in", "backstage/everybody.py",
       "        return (form, found[1]) if is_ours else None", "        return (form, found[1])", "sending"),
    # ---- forms
    _m("token: of no person", "backstage/forms/tokens.py",
       r'    what = f"form\0{said}\0{bound.person}\0{bound.step}\0{bound.version}"',
       r'    what = f"form\0{said}\0{bound.step}\0{bound.version}"', "sending",
       (r'    what = f"for\0{bound.person}\0{bound.organisation}"', r'    what = "for\0"')),
    _m("token: any will do", "backstage/forms/desk.py",
       "        return token if good else None", "        return token or None", "sending"),
    _m("form: a row that was not offered is chosen", "backstage/forms/filling.py",
       '        if record is None or question.choose_from is None:\n            return Wrong("choice")\n',
       "        if record is None or question.choose_from is None:\n            return answer\n", "sending"),
    _m("form: what another website sends is taken", "access/origin.py",
       '        return fetch_site == "same-origin"', "        return True", "around"),
    _m("form: a guarded field without a code", "backstage/forms/desk.py",
       "        question = guarded_question(opening, checked)\n        if question is None:",
       "        question = None\n        if question is None:", "sending"),
    _m("draft: of no person", "store/drafts.py",
       'msgspec.json.encode(["draft", place.person, place.step, place.about, *where])',
       'msgspec.json.encode(["draft", place.step, place.about, *where])', "sending"),
    _m("draft: what was held is for who signs in next", "backstage/forms/desk.py",
       "        if self._good_token(opening, _token(posted)) is not None:\n            await", "        if True:\n            await", "sending"),
    _m("file: for whoever knows its id", "store/uploads.py",
       "            id=file,\n            person=place.person,\n            step=place.step,",
       "            id=file,\n            step=place.step,", "sending"),
)  # fmt: skip


@dataclass(frozen=True)
class Outcome:
    """What came of one. seen: the first finding, "" for none. fault: it could not be run."""

    mutation: Mutation
    seen: str
    seconds: float
    fault: str = ""

    def __str__(self) -> str:
        if self.mutation is AS_IT_IS:
            return f"{'as it is':<9}{self.seconds:5.1f} s  {self.seen or self.fault or 'nothing'}"
        mark = "seen" if self.seen else "NOT SEEN"
        return f"{mark:<9}{self.seconds:5.1f} s  {self.mutation.name}: {self.seen or self.fault}"


def main(words: Sequence[str]) -> int:
    """Runs those that are wanted, and prints which were seen."""
    wanted = [m for m in MUTATIONS if not words or any(w in m.name for w in words)]
    wanted.insert(0, AS_IT_IS)
    began = time.monotonic()
    compile_dir(SOURCES, quiet=1)  # once, and not in each copy
    with tempfile.TemporaryDirectory(prefix="balie-mutated-") as place:
        blueprint = variant(Path(place))
        copies = [_copied(Path(place), number, one) for number, one in enumerate(wanted)]
        outcomes = list(_all(blueprint, list(zip(wanted, copies, strict=True))))
    broken = [one for one in outcomes if one.mutation is not AS_IT_IS]
    unseen = [one for one in broken if not one.seen]
    seen = len(broken) - len(unseen)
    print(f"\n{seen} of {len(broken)} seen, in {time.monotonic() - began:.0f} s")
    for one in unseen:
        print(f"  not seen: {one.mutation.name} {one.fault}")
    false = [one for one in outcomes if one.mutation is AS_IT_IS and (one.seen or one.fault)]
    for one in false:
        print(f"  something is found where nothing is broken: {one.seen or one.fault}")
    return 1 if unseen or false else 0


def variant(place: Path) -> Path:
    """The example with rules that differ. Raises SystemExit when a change of it does not fit."""
    folder = place / "blueprint"
    shutil.copytree(BLUEPRINT, folder)
    for name, old, new in VARIANT:
        _replaced(folder / name, old, new, f"the variant of {name}")
    return folder


def _copied(place: Path, number: int, mutation: Mutation) -> Path:
    """The sources, hard links but for the one file. Raises SystemExit when it does not fit."""
    copy = place / str(number) / "balie"
    shutil.copytree(SOURCES, copy, copy_function=os.link)
    changes = [(mutation.file, mutation.old, mutation.new)] if mutation.file else []
    changes += [
        (file, old, mutation.also[-1]) for file, old in elsewhere(mutation) if mutation.also
    ]
    for file, old, new in changes:
        compile(_replaced(copy / file, old, new, mutation.name), file, "exec")
    return copy.parent


def elsewhere(mutation: Mutation) -> Iterator[tuple[str, str]]:
    """Where something is replaced beside: the file, and what."""
    if mutation.also is not None:
        *named, old, _ = mutation.also
        yield named[0] if named else mutation.file, old


def _replaced(file: Path, old: str, new: str, what: str) -> str:
    text = file.read_text("utf-8")
    if not old or text.count(old) != 1:
        sys.exit(f"{what}: {file.name} has what is replaced {text.count(old)} times, not once")
    file.unlink()  # of a hard link: the source itself stays as it is
    file.write_text(text.replace(old, new), "utf-8")
    return text.replace(old, new)


def _all(blueprint: Path, waiting: list[tuple[Mutation, Path]]) -> Iterator[Outcome]:
    """Each in a child of this process; as many at once as there are sets of systems."""
    for name in OF_OTHERS:
        import_module(name)
    launch = import_module("balie.rehearsal.launch")
    with ExitStack() as stack:
        today = date.today()  # noqa: DTZ011 - the day where we are
        free = [
            stack.enter_context(launch.launched(blueprint, today=today)) for _ in range(AT_ONCE)
        ]
        prepared = waiting[0][1].parent / "prepared"
        _in_a_child(lambda: _prepare(blueprint, free[0], prepared))
        running: dict[int, tuple[Mutation, Path, float, Systems]] = {}
        while waiting or running:
            while waiting and free:
                (mutation, copy), systems = waiting.pop(0), free.pop()
                pid = _forked(mutation, copy, blueprint, systems)
                running[pid] = (mutation, copy, time.monotonic(), systems)
            pid, _ = os.wait()
            if pid in running:
                mutation, copy, began, systems = running.pop(pid)
                free.append(systems)
                outcome = _told(mutation, copy, time.monotonic() - began)
                print(outcome, flush=True)
                yield outcome


def _told(mutation: Mutation, copy: Path, took: float) -> Outcome:
    file = copy / "told.json"
    said = json.loads(file.read_text()) if file.is_file() else {"fault": "it died"}
    shutil.rmtree(copy, ignore_errors=True)
    return Outcome(mutation, said.get("seen", ""), took, said.get("fault", ""))


def _in_a_child(work: Callable[[], None]) -> None:
    """Does something that leaves modules behind. Raises SystemExit when it fails."""
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            sys.path.insert(0, str(SOURCES.parent))
            work()
            code = 0
        finally:
            os._exit(code)
    if os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]):
        sys.exit("the tables could not be made")


def _prepare(blueprint: Path, systems: Systems, state: Path) -> None:
    """A folder with tables in it, for every child to copy."""
    command = import_module("balie.commands.prove")
    found = import_module("balie.site.blueprints").checked(blueprint)
    environment = command.environment(found, systems, state)
    import_module("balie.site.installation").ready(environment)


def _forked(mutation: Mutation, copy: Path, blueprint: Path, systems: Systems) -> int:
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        signal.alarm(LONGEST)
        for name in [one for one in sys.modules if one.partition(".")[0] == "balie"]:
            del sys.modules[name]
        sys.path.insert(0, str(copy))
        (copy / "told.json").write_text(json.dumps(_proved(mutation, copy, blueprint, systems)))
        code = 0
    finally:
        os._exit(code)


def _proved(mutation: Mutation, copy: Path, blueprint: Path, systems: Systems) -> Mapping[str, str]:
    """The first thing that `balie prove` finds in this copy."""
    for system in systems.values():
        system.reset()
    command = import_module("balie.commands.prove")
    logging.disable(logging.CRITICAL)
    with (copy / "said.txt").open("w") as quiet, redirect_stdout(quiet), redirect_stderr(quiet):
        try:
            found = import_module("balie.site.blueprints").checked(blueprint)
            shutil.copytree(copy.parent / "prepared", copy / "state")
            environment = command.environment(found, systems, copy / "state")
            configuration = import_module("balie.site.installation").ready(environment)
            notes = import_module("balie.site.proving").prove(
                found,
                configuration,
                systems,
                lambda _: None,
                seed=1,
                quick=True,
                first_only=True,
                first=mutation.first,
            )
        except Exception as fault:  # noqa: BLE001 - told, and counted as not seen
            return {"fault": f"{type(fault).__name__}: {fault}"}
    errors = [one for one in notes.findings if str(one.severity) == "error"]
    return {"seen": f"{errors[0].code} {errors[0].message}" if errors else ""}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
