"""The proxy by hand, before any system, until Ctrl+C.

python -m tests.faults http://127.0.0.1:8001 --port 9001 --fault "lost reply" --share 0.2
"""

import argparse
import sys
import time

from tests.faults.fault import Fault, Plan
from tests.faults.proxy import FaultProxy


def main() -> int:
    """Serves until it is interrupted, then prints what was met."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("upstream", help="the address of the system")
    parser.add_argument("--port", type=int, default=9001)
    parser.add_argument("--fault", action="append", type=Fault, choices=list(Fault), default=[])
    parser.add_argument("--share", type=float, default=1.0, help="of the requests, 0 to 1")
    parser.add_argument("--writes", action="store_true", help="leave reads alone")
    asked = parser.parse_args()
    with FaultProxy(asked.upstream, asked.port) as proxy:
        proxy.plan = Plan(faults=tuple(asked.fault), share=asked.share, writes=asked.writes)
        sys.stdout.write(f"{asked.upstream} at {proxy.url}\n")
        try:
            while True:
                time.sleep(3600)
        except KeyboardInterrupt:
            sys.stdout.write(f"\n{len(proxy.journal)} requests; met {proxy.met()}\n")
            return 0


if __name__ == "__main__":
    sys.exit(main())
