"""Public datasets as they are described to other programs."""

from __future__ import annotations

from django.conf import settings

from madang.citizens.open_data.methods.linked import Described
from madang.core.base.interface import ANONYMOUS
from madang.core.lake.interface import DatasetRecord, authorize


def describe(record: DatasetRecord, address: str) -> Described:
    """Return what is said of a public dataset; only columns that everyone may read are named."""
    return Described(
        table=record.table,
        columns=authorize(ANONYMOUS, record.name).columns,
        keywords=record.keywords,
        version=record.version,
        created_at=record.created_at,
        updated_at=record.updated_at,
        address=address,
        city=settings.MADANG.city_name_ko,
    )
