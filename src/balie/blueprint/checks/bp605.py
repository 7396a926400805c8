"""A cookie of somebody else whose script is at no address that browsers may load."""

import re
from collections.abc import Iterator

from balie.blueprint.checks.check import About, Change, Subject, place
from balie.blueprint.finding import Finding, Severity

_ADDRESS = re.compile(r"https://[a-z0-9.-]+(:[0-9]+)?/[^\s;,'\"]*", re.IGNORECASE)

ABOUT = About(
    code="BP605",
    severity=Severity.ERROR,
    title="The script of a cookie is at no https address",
    why="The portal lets browsers load just this script, and only after a customer said yes. Its "
    "host stands in the policy on content; http, or a sign that ends a rule, would open more.",
    example=Change(
        "things.yaml",
        "purposes:\n",
        "cookies:\n  visits:\n    name: Counting visits\n    what for: We see what is used.\n"
        "    by: Stats Ltd\n    script: http://stats.example.com/count.js\n"
        "    kept for: 6 months\n\npurposes:\n",
    ),
    near_miss=Change(
        "things.yaml",
        "purposes:\n",
        "cookies:\n  visits:\n    name: Counting visits\n    what for: We see what is used.\n"
        "    by: Stats Ltd\n    script: https://stats.example.com/count.js\n"
        "    kept for: 6 months\n\npurposes:\n",
    ),
)


def check(subject: Subject) -> Iterator[Finding]:
    for cookie in subject.blueprint.cookies.values():
        if cookie.script and not _ADDRESS.fullmatch(cookie.script):
            yield ABOUT.finding(
                f'"{cookie.script}" is no https address of a script',
                place(cookie.script, "browsers would not load it"),
                help_=("script: https://stats.example.com/count.js",),
            )
