"""A lake of each test's own."""

import pytest

from madang.core.base.interface import read_settings


@pytest.fixture
def lake(settings, tmp_path):
    """Folder of an empty lake."""
    settings.MADANG = read_settings({"MADANG_DATA": str(tmp_path / "data")})
    return tmp_path / "data" / "lake"
