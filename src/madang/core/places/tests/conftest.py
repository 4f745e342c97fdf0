"""Fixtures of the places room's tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from madang.core.base.interface import read_settings


@pytest.fixture
def layer_folder(tmp_path, settings) -> Path:
    """Give the test a data folder of its own; return where it keeps layers."""
    settings.MADANG = read_settings({"MADANG_DATA": str(tmp_path / "state")})
    return tmp_path / "state" / "places" / "layers"
