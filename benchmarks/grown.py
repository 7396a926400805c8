"""The same blueprint with many more steps, and a thing more for every fifty of them.

A blueprint may have 40,000 words, so a step of these has as few as a step can have. Every fifty are
about a thing of their own: pages about one thing are linked to each other, and nobody has a page
with a thousand links.
"""

import shutil
from pathlib import Path

from benchmarks.portal import BLUEPRINT

STEPS = 5
"""How many the blueprint has by itself."""

EVERY = 50

_STEP = """
      - step: more-{n}
        title: More {n}
        for: [customer]
        customer does: Opens page {n}
        customer gets: Another page
        screen:
          address: /one-{of}/{{row_{of}.number}}/{n}
          shows: [row_{of}.number]
          at most old: 5 minutes
        promise: {{page within: 2 seconds}}
        if it goes wrong:
          - {{when: erp is down, then: show last known}}
"""
_STEP_OF_A_THING = """
      - step: one-{n}
        title: One of {n}
        for: [customer]
        customer does: Opens one row
        customer gets: All that is known of it
        screen:
          address: /one-{n}/{{row_{n}.number}}
          shows: [row_{n}.number, row_{n}.status, row_{n}.placed_on, row_{n}.total]
          at most old: 5 minutes
        feels: 0
        promise: {{page within: 2 seconds}}
        if it goes wrong:
          - when: erp is down
            customer reads: Our system is away. This is what we knew at {{time}}.
            then: show last known
"""
_THING = """
  row_{n}:
    name: row {n}
    plural: rows {n}
    from: erp.orders
    owner: customerNumber = me.customer
    key: number
    purpose: [serve]
    list: [number, status, placed_on, total]
    fields:
      number: {{name: Number, from: number}}
      status:
        name: Status
        from: status
        words:
          received: We have your order
          confirmed: Confirmed
          picking: We are packing it
          sent: On its way
          delivered: Delivered
      placed_on: {{name: Placed on, from: orderDate}}
      total: {{name: Total, from: totalIncludingTax}}
"""


def grown(folder: Path, steps: int) -> Path:
    """Writes a blueprint of this many steps, and gives its folder."""
    shutil.copytree(BLUEPRINT, folder)
    story, things = folder / "story.yaml", folder / "things.yaml"
    added = range(STEPS, steps)
    more = "".join(
        (_STEP_OF_A_THING if n == _of(n) else _STEP).format(n=n, of=_of(n)) for n in added
    )
    written = story.read_text().replace("        next: end\n", "")
    story.write_text(f"{written}\n  - phase: More\n    steps:\n{more}        next: end\n")
    rows = "".join(_THING.format(n=n) for n in added if n == _of(n))
    things.write_text(things.read_text().replace("\npurposes:\n", f"{rows}\npurposes:\n"))
    return folder


def _of(n: int) -> int:
    """The step that brings the thing that step n is about."""
    return n - (n - STEPS) % EVERY
