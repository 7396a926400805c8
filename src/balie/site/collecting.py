"""Python's collector of cyclic garbage, set for a server.

A page makes thousands of small objects that are gone with it, and none of them in a circle. By
default Python looks for circles after every 700 of them, again and again through all that is kept
in memory: a quarter of the CPU of a cold page was that (measured). Looking seldom took 6 MB more.
"""

import gc

LOOK_AFTER = 50_000  # containers more than there were the last time
_OFTEN, _SELDOM = 10, 10  # Python's own: every tenth look goes further back, of those every tenth


def settle() -> None:
    """Once a server is ready: what is there now stays for good, and is never looked through."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(LOOK_AFTER, _OFTEN, _SELDOM)
