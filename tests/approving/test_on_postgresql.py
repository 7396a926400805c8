"""All that is promised of approving, again on PostgreSQL: two who decide at once above all."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.postgresql import AVAILABLE, postgresql

APPROVING = Path(__file__).with_name("test_approving.py")


@pytest.mark.proof
@pytest.mark.skipif(not AVAILABLE, reason="no PostgreSQL server here")
def test_every_test_of_approving_passes_on_postgresql() -> None:
    with postgresql() as url:
        done = subprocess.run(
            [sys.executable, "-m", "pytest", str(APPROVING), "-p", "no:cacheprovider"],
            env={**os.environ, "BALIE_DATABASE_URL": url},
            cwd=APPROVING.parents[2],
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stdout[-3000:]
