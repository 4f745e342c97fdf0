"""A lake of each test's own, and one way to write and read a file."""

import pytest

from madang.core.base.interface import read_settings
from madang.core.lake.tests.gateway_files import read, write
from madang.core.lake.vocabulary import FIXES, REASONS


@pytest.fixture
def lake(settings, tmp_path):
    """Folder of an empty lake."""
    settings.MADANG = read_settings({"MADANG_DATA": str(tmp_path / "data")})
    return tmp_path / "data" / "lake"


@pytest.fixture
def take(tmp_path):
    """Write and read a file whole: (report, rows). Every fix and reason it tells has words."""

    def _take(content: str | bytes, name: str = "file.csv", encoding: str = "utf-8"):
        report, rows, _ = read(write(tmp_path, content, name, encoding))
        assert set(report["fixes"]) <= set(FIXES)
        assert set(report["rejected"]) <= set(REASONS)
        return report, rows

    return _take
