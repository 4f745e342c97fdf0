"""The whole application over HTTP, and a holder's wallet that knows only the standards."""

from __future__ import annotations

import time

import pytest
from starlette.testclient import TestClient

from madang.citizens.wallet.demo import lay_out
from madang.core.base.interface import now

from .houses import ADDRESS, Holder


@pytest.fixture
def web(transactional_db):
    from madang.project.asgi import application  # noqa: PLC0415 - Django's apps are ready only now

    lay_out(now())
    with TestClient(application, base_url=ADDRESS) as client:
        yield client


@pytest.fixture
def holder(web):
    return Holder(web, lambda: int(time.time()))
