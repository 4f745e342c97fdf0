"""What each column of a budget means to other fiscal software: its ColumnType, its dimension, its phase.

Fiscal Data Package 1.0rc1 names meanings by ColumnTypes (the OpenSpending types), version 0.3 by a `model` of
measures and dimensions; a package that carries both is read by tools of either. Names stand where codes would:
budgets state no codes, and a name within the levels above it is as unique.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from madang.governance.budget.records import Level, Measure

COLUMN_TYPES = {
    Level.ORGANIZATION: "administrative-classification:generic:code",
    Level.ACCOUNT: "fin-source:generic:level1:code",
    Level.SUB_ACCOUNT: "fin-source:generic:level2:code",
    Level.FIELD: "functional-classification:generic:level1:code",
    Level.SECTOR: "functional-classification:generic:level2:code",
    Level.PROGRAM: "activity:generic:program:code",
    Level.UNIT_PROJECT: "activity:generic:subprogram:code",
    Level.PROJECT: "activity:generic:project:code",
    Level.ITEM: "economic-classification:generic:level1:code",
    Level.EXPENSE_KIND: "economic-classification:generic:level2:code",
    Level.SPENDING_KIND: "expenditure-type:code",
}
PHASES = {
    Measure.PROPOSED: "proposed",
    Measure.ORIGINAL: "approved",
    Measure.CURRENT: "adjusted",
    Measure.DISBURSED: "executed",
}
"""The four phases of version 0.3; other amounts (carried in, transferred, committed …) have none of them."""


class _Dimension(NamedTuple):
    name: str
    type: str
    classification: str
    levels: tuple[Level, ...]


DIMENSIONS = (
    _Dimension("administrative", "classification", "administrative", (Level.ORGANIZATION,)),
    _Dimension("fund", "other", "", (Level.ACCOUNT, Level.SUB_ACCOUNT)),
    _Dimension("functional", "classification", "functional", (Level.FIELD, Level.SECTOR)),
    _Dimension("activity", "activity", "", (Level.PROGRAM, Level.UNIT_PROJECT, Level.PROJECT)),
    _Dimension("economic", "classification", "economic", (Level.ITEM, Level.EXPENSE_KIND)),
    _Dimension("spending_kind", "other", "", (Level.SPENDING_KIND,)),
)


def name_english(level: Level) -> str:
    """Return the column that has a level's names in English."""
    return f"{level.value}_en"


def name_phase(measure: Measure) -> str:
    """Return the phase a measure is published as: one of the standard's four, else the measure's own name."""
    return PHASES.get(measure, measure.value.removesuffix("_krw"))


def describe_measures(
    measures: Sequence[Measure], *, currency_code: str, is_revenue: bool
) -> dict[str, object]:
    """Return the `measures` of a 0.3 model, by column name."""
    direction = "revenue" if is_revenue else "expenditure"
    return {
        measure.value: {
            "source": measure.value,
            "currency": currency_code,
            "factor": 1,
            "direction": direction,
            **({"phase": PHASES[measure]} if measure in PHASES else {}),
        }
        for measure in measures
    }


def describe_dimensions(levels: Sequence[Level]) -> dict[str, object]:
    """Return the `dimensions` of a 0.3 model: the year, the line, and those that `levels` give something for."""
    described: dict[str, object] = {
        "date": _describe("datetime", ["fiscal_year"]),
        "line": _describe("fact", ["line_id"]),
    }
    for dimension in DIMENSIONS:
        present = [level for level in dimension.levels if level in levels]
        if present:
            own = _describe(dimension.type, [one.value for one in present], dimension.classification)
            labels = {
                name_english(one): {"source": name_english(one), "labelfor": one.value} for one in present
            }
            described[dimension.name] = own | {"attributes": own["attributes"] | labels}
    return described


def _describe(kind: str, columns: Sequence[str], classification: str = "") -> dict[str, Any]:
    """Return a dimension whose columns, outermost first, are each the parent of the next."""
    parents = (None, *columns)
    return {
        "dimensionType": kind,
        **({"classificationType": classification} if classification else {}),
        "primaryKey": list(columns),
        "attributes": {
            column: {"source": column, **({"parent": parent} if parent else {})}
            for column, parent in zip(columns, parents, strict=False)
        },
    }
