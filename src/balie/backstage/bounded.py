"""What was used last, bounded by bytes: nothing needs it but speed."""

from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Bounded(Generic[K, V]):
    """Values by key. Above `most_bytes` those that were not used for longest go first.

    The bytes of a value are what whoever puts it says they are. Bounded by 0, nothing is kept.
    """

    def __init__(self, most_bytes: int) -> None:
        self._most = most_bytes
        self._held: OrderedDict[K, tuple[V, int]] = OrderedDict()
        self.bytes = 0

    def __len__(self) -> int:
        return len(self._held)

    def get(self, key: K) -> V | None:
        """The value, which is now the one that was used last; None when it is not there."""
        found = self._held.get(key)
        if found is None:
            return None
        self._held.move_to_end(key)
        return found[0]

    def put(self, key: K, value: V, size: int) -> None:
        """Keeps a value of this many bytes, in place of an older one."""
        self.drop(key)
        self.bytes += size
        self._held[key] = (value, size)
        while self.bytes > self._most:
            _, (_, freed) = self._held.popitem(last=False)
            self.bytes -= freed

    def drop(self, key: K) -> None:
        """Forgets a value, if it is there."""
        _, freed = self._held.pop(key, (None, 0))
        self.bytes -= freed
