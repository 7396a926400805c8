"""The files of every version of a blueprint by which something is under way, under its hash."""

import zlib
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from balie.blueprint.folder import Folder, reopened
from balie.blueprint.model import Blueprint
from balie.store.instance_models import Instance, Version
from balie.store.models import Action
from balie.store.unit_of_work import UnitOfWork

UNUSED = timedelta(days=30)
"""After this a version goes that nothing under way was begun with."""


class _Files(msgspec.Struct, frozen=True):
    texts: dict[str, str]
    files: dict[str, bytes]


@dataclass(frozen=True)
class StoredVersions:
    """Keeps versions of blueprints."""

    unit: UnitOfWork

    async def keep(self, blueprint: Blueprint, now: datetime) -> None:
        """Keeps a version that is in use now."""
        await self.unit.write(lambda: _keep(blueprint, now))

    async def names(self) -> frozenset[str]:
        """The hashes of all that are kept."""
        found = Version.objects.values_list("id", flat=True)
        return frozenset(await self.unit.read(lambda: list(found)))

    async def get(self, version: str) -> Folder | None:
        """The files of a version; None when it is not kept, or not what its hash says."""
        found = await self.unit.read(Version.objects.filter(id=version).first)
        if found is None:
            return None
        kept = msgspec.msgpack.decode(zlib.decompress(bytes(found.files)), type=_Files)
        folder = reopened(kept.texts, kept.files)
        return folder if folder.version == version else None

    async def forget(self, now: datetime) -> int:
        """Forgets what nothing under way was begun with, and that is out of use for a month."""
        return await self.unit.write(lambda: _forget(now))


def _keep(blueprint: Blueprint, now: datetime) -> None:
    if Version.objects.filter(id=blueprint.version).update(used_at=now):
        return
    files = _Files(dict(blueprint.texts), dict(blueprint.files))
    Version.objects.get_or_create(
        id=blueprint.version,
        defaults={"used_at": now, "files": zlib.compress(msgspec.msgpack.encode(files))},
    )


def _forget(now: datetime) -> int:
    running = Instance.objects.filter(is_over=False).values("version")
    under_way = Action.objects.filter(ended_at=None).values("version")
    old = Version.objects.filter(used_at__lt=now - UNUSED)
    return old.exclude(id__in=running).exclude(id__in=under_way).delete()[0]
