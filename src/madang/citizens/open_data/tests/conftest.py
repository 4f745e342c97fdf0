"""What every test of the portal stands on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from madang.citizens.open_data.actions.counting import counter


@pytest.fixture(autouse=True)
def _counting_ends() -> Iterator[None]:
    """Let no thread write down uses after the test whose answers it counted."""
    yield
    counter.stop()
