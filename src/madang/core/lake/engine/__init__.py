"""The query seam: questions about a snapshot, answered by DuckDB.

Everything that is DuckDB's is in this package and in `sql_child`; a twin answers the functions of
`answers` and `upkeep`, which take and return records and Arrow.
"""

from .answers import (
    aggregate,
    count,
    count_bins,
    count_distinct,
    iter_batches,
    judge_values,
    keep_rows,
    read,
    read_places,
    shrink,
)
from .connection import find_spatial_extension, give_back
from .sql import MEASURES, prune, quote_text, relation_sql
from .upkeep import (
    find_rows,
    iter_stored,
    leave_out,
    list_hours,
    read_newest,
    roll_up_days,
    roll_up_hours,
)

__all__ = [
    "MEASURES",
    "aggregate",
    "count",
    "count_bins",
    "count_distinct",
    "find_rows",
    "find_spatial_extension",
    "give_back",
    "iter_batches",
    "iter_stored",
    "judge_values",
    "keep_rows",
    "leave_out",
    "list_hours",
    "prune",
    "quote_text",
    "read",
    "read_newest",
    "read_places",
    "relation_sql",
    "roll_up_days",
    "roll_up_hours",
    "shrink",
]
