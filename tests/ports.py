"""Ports for the servers of tests, also when several runs of tests choose at the same moment.

Between choosing a port and listening at it lies the start of a program: long enough for somebody
else to choose the same. So a port that was given out is kept: a UDP socket of ours stands at the
same number until this process ends, which hinders no TCP server and tells every other chooser.
"""

import os
import socket

FIRST, LAST = 18_200, 32_700  # below what Linux gives to connections that go out
_kept: list[socket.socket] = []


def free_ports(count: int = 1) -> int:
    """The first of this many free ports in a row, which nobody else who asks here gets."""
    begin = FIRST + os.getpid() * 37 % (LAST - FIRST)
    for first in (*range(begin, LAST - count), *range(FIRST, begin)):
        kept = _keep(range(first, first + count))
        if kept:
            _kept.extend(kept)
            return first
    raise OSError("no free ports")


def _keep(ports: range) -> list[socket.socket]:
    """What keeps all of these ports, or nothing when one of them is somebody else's."""
    kept: list[socket.socket] = []
    for port in ports:
        ours = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        kept.append(ours)
        try:
            ours.bind(("127.0.0.1", port))
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", port))
        except OSError:
            for one in kept:
                one.close()
            return []
    return kept
