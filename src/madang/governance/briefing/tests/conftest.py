"""The real report, where it is at hand."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def real_report(municipal_files: Path) -> str:
    """Text of the bureau's own report; it lies in the folder `report` beside the municipal files."""
    found = sorted((municipal_files.parent / "report").glob("*.txt"))
    if not found:
        pytest.skip("no report lies beside the municipal files")
    return found[0].read_text("utf-8")
