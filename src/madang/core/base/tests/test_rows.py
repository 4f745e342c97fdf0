"""Rows by statements that are made once: the same values as by the ORM, times and JSON too."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import transaction

from madang.citizens.wallet.models import OfferRow, RegisterRow
from madang.core.base.interface import find_row, insert_rows, update_rows

AT = datetime(2026, 11, 30, 1, 2, 3, 456789, tzinfo=UTC)
CONTENT = {"name": "김%s가상", "children": [1, None, 2.5], "address": {"district": "마포구"}}


@pytest.mark.django_db
def test_rows_are_what_the_orm_reads_and_writes():
    row = RegisterRow(kind="k", subject="s", content=CONTENT, source="test", updated_at=AT)
    insert_rows([row, RegisterRow(kind="k2", subject="s", content={}, source="test", updated_at=AT)])
    assert row.pk is None
    by_orm = RegisterRow.objects.get(kind="k")
    found = find_row(RegisterRow, subject="s", kind="k")
    assert (found.pk, found.content, found.updated_at) == (by_orm.pk, CONTENT, AT)
    assert by_orm.content == CONTENT and by_orm.updated_at == AT
    assert find_row(RegisterRow, subject="s", kind="k3") is None
    insert_rows([])


@pytest.mark.django_db
def test_the_fields_that_are_named_change_and_no_others():
    values = {
        "pin_hash": "p",
        "kind": "k",
        "subject": "s",
        "issuer": "i",
        "offered_by": "o",
        "expires_at": AT,
    }
    insert_rows([OfferRow(code_hash=one, **values) for one in ("a", "b")])
    with transaction.atomic():
        offer = find_row(OfferRow, lock=True, code_hash="a")
        assert offer.token_hash is None and offer.pin_failures == 0
        offer.token_hash, offer.token_expires_at, offer.kind = "t", AT, "other"
        update_rows([offer], ["token_hash", "token_expires_at"])
    kept = OfferRow.objects.get(code_hash="a")
    assert (kept.token_hash, kept.token_expires_at, kept.kind) == ("t", AT, "k")
    assert OfferRow.objects.get(code_hash="b").token_hash is None
    update_rows([], ["kind"])
