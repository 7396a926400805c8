"""What a customer waits for when the ERP is off: python -m benchmarks.down

The example runs as in the demo, in a copy in which nothing may be older than a second, so that
every page would ask. The list of orders is seen once, the ERP is switched off, and the list is
opened 200 times. It says how many showed the orders with their time, and how long they took.
"""

import sys
import tempfile
import time
from pathlib import Path

from tests.running import LINDEMAN, impatient, portal

WHO, WHERE, TOLD = "bram@example.nl", "/bestellingen", "Dit wisten we om"
TIMES, PAUSE = 200, 0.05


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        with portal(scratch / "state", impatient(LINDEMAN, scratch / "copy")) as running:
            browser = running.signed_in(WHO)
            for _ in range(5):  # until it is known
                browser.get(WHERE)
                time.sleep(0.4)
            running.switch("erp", down=True)
            time.sleep(1.2)
            took, told = [], 0
            for _ in range(TIMES):
                began = time.perf_counter()
                told += TOLD in browser.get(WHERE).text
                took.append((time.perf_counter() - began) * 1000)
                time.sleep(PAUSE)
            browser.close()
    took.sort()
    half, most, last = (took[int(TIMES * share)] for share in (0.5, 0.95, 0.995))
    sys.stdout.write(
        f"The ERP is off: {told} of {TIMES} pages showed the orders with their time.\n"
        f"Half within {half:.0f} ms, 95 of 100 within {most:.0f} ms; slowest {last:.0f} ms.\n"
    )


if __name__ == "__main__":
    main()
