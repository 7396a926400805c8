"""All that is promised of signing in, again on PostgreSQL."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.postgresql import AVAILABLE, postgresql

HERE = Path(__file__).parent


@pytest.mark.proof
@pytest.mark.skipif(not AVAILABLE, reason="no PostgreSQL server here")
def test_every_test_of_identity_passes_on_postgresql() -> None:
    with postgresql() as url:
        done = subprocess.run(
            [
                sys.executable,
                "-m",
                "pytest",
                str(HERE),
                "-m",
                "not proof",
                "-p",
                "no:cacheprovider",
            ],
            env={**os.environ, "BALIE_DATABASE_URL": url},
            cwd=HERE.parents[1],
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stdout[-3000:]
