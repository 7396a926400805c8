"""All that is promised of the audit, again on PostgreSQL: chains side by side, and the guards."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.postgresql import AVAILABLE, postgresql

HERE = Path(__file__).parent
AUDIT = [str(HERE / name) for name in ("test_audit.py", "test_archiving.py")]


@pytest.mark.proof
@pytest.mark.skipif(not AVAILABLE, reason="no PostgreSQL server here")
def test_every_test_of_the_audit_passes_on_postgresql() -> None:
    with postgresql() as url:
        done = subprocess.run(
            [sys.executable, "-m", "pytest", *AUDIT, "-p", "no:cacheprovider"],
            env={**os.environ, "BALIE_DATABASE_URL": url},
            cwd=HERE.parents[1],
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stdout[-3000:]
