"""What several of the budget's tests stand on."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.db import connection

from madang.governance.budget.models import EntryRow, LineRow, ReferenceRow


@pytest.fixture
def lasting(transactional_db):
    """Let threads see what is written; the ledger's guard is lifted while the test's rows are cleared away."""
    del transactional_db
    yield
    guard = import_module("madang.governance.budget.migrations.0002_ledger_guard")
    with connection.schema_editor() as editor:
        guard.remove(None, editor)
    ReferenceRow.objects.all().delete()
    LineRow.objects.all().delete()
    EntryRow.objects.exclude(reverses=None).delete()
    EntryRow.objects.exclude(settles=None).delete()
    EntryRow.objects.all().delete()
    with connection.schema_editor() as editor:
        guard.install(None, editor)
