"""How often one sign-in may ask: more than any person does, and less than keeps others waiting."""

import time
from collections.abc import Callable
from math import ceil

_MINUTE = 60.0
_MOST = 20_000  # sign-ins that are remembered


class Often:
    """Counts in memory: a minute's worth at once, and then one more after each pause.

    a_minute: 1 or more. now: seconds that never go back. Nothing of it is written down.
    """

    def __init__(self, a_minute: int, now: Callable[[], float] = time.monotonic) -> None:
        self._pause = _MINUTE / a_minute
        self._now = now
        self._free_at: dict[str, float] = {}

    def __len__(self) -> int:
        """How many sign-ins are remembered."""
        return len(self._free_at)

    def wait(self, sign_in: str) -> int:
        """Seconds to wait; 0: none, and it counts. Who must wait is not made to wait longer by it.

        sign_in: "" is not counted.
        """
        if not sign_in:
            return 0
        now = self._now()
        free_at = max(self._free_at.get(sign_in, now), now) + self._pause
        if free_at > now + _MINUTE + 1e-6:
            return ceil(free_at - now - _MINUTE)
        if len(self._free_at) >= _MOST and sign_in not in self._free_at:
            self._forget(now)
        self._free_at[sign_in] = free_at
        return 0

    def _forget(self, now: float) -> None:
        """Those that may ask a whole minute's worth again; of others the half that asks least."""
        kept = {one: at for one, at in self._free_at.items() if at > now}
        if len(kept) >= _MOST:
            kept = dict(sorted(kept.items(), key=lambda pair: pair[1])[_MOST // 2 :])
        self._free_at = kept
