"""The table schema of a published budget: its fields, and those of its denormalised form."""

from __future__ import annotations

from collections.abc import Sequence

from madang.core.base.interface import Text
from madang.governance.budget.methods.fiscal_model import COLUMN_TYPES, name_english, name_phase
from madang.governance.budget.records import LEVEL_NAMES, MEASURE_NAMES, Level, Measure, PackageAbout


def describe_columns(levels: Sequence[Level], measures: Sequence[Measure]) -> list[dict[str, object]]:
    """Return the fields of the CSV: the line, the year, the levels' names, and the amounts in won."""
    return [
        {
            "name": "line_id",
            "type": "string",
            "title": "행 번호 · Line",
            "columnType": "budget-line-id",
            "constraints": {"required": True, "unique": True},
        },
        {
            "name": "fiscal_year",
            "type": "integer",
            "title": "회계연도 · Fiscal year",
            "columnType": "date:fiscal-year",
            "constraints": {"required": True},
        },
        *(field for level in levels for field in _describe_level(level)),
        *map(_describe_amount, measures),
    ]


def describe_extra(about: PackageAbout) -> list[dict[str, object]]:
    """Return the columns of the denormalised form: one amount a row, with its phase, direction and currency."""
    return [
        {"name": "amount", "type": "number", "columnType": "value", "normalizationTarget": True},
        {"name": "phase", "type": "string", "columnType": "phase:id"},
        {
            "name": "direction",
            "type": "string",
            "columnType": "direction",
            "constant": "revenue" if about.is_revenue else "expenditure",
        },
        {
            "name": "currency",
            "type": "string",
            "columnType": "value-currency:code",
            "constant": about.currency_code,
        },
    ]


def _describe_level(level: Level) -> list[dict[str, object]]:
    """Return the column of a level's Korean names, which stand for its codes, and that of their English labels."""
    name, code = LEVEL_NAMES[level], COLUMN_TYPES[level]
    label = f"{code.removesuffix(':code')}:label"
    english = Text(ko=f"{name.ko} (영어)", en=f"{name.en} (English)")
    return [
        {"name": level.value, "type": "string", "title": _pair(name), "columnType": code},
        {"name": name_english(level), "type": "string", "title": _pair(english), "columnType": label},
    ]


def _pair(said: Text) -> str:
    return f"{said.ko} · {said.en}"


def _describe_amount(measure: Measure) -> dict[str, object]:
    return {
        "name": measure.value,
        "type": "integer",
        "title": f"{MEASURE_NAMES[measure].ko}(원) · {MEASURE_NAMES[measure].en} (won)",
        "normalize": {"phase": name_phase(measure)},
    }
