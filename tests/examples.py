"""How many examples Hypothesis draws: few while people work, more when a proof is asked."""

import os

_TIMES = int(os.environ.get("EXAMPLES", "1"))


def examples(few: int) -> int:
    """So many, times what `EXAMPLES` says: `make proof` draws five times as many."""
    return few * _TIMES
