"""What other rooms and services may use of this room."""

from .actions import describe_dataset, measure_quality, publish_dataset, register_dataset, withdraw_dataset
from .asking import count_rows, make_order, read_rows
from .backlogs import await_applied, await_readings, get_backlogs
from .datasets import append_rows, drop_table, replace_rows, restore_version
from .declarations import get_table, list_tables
from .gateway.reading import read_file as open_file
from .importing.action import import_file
from .importing.records import ImportChoice
from .measuring import list_indicator_days, list_indicators, publish_indicators
from .queries import get_dataset, list_categories, list_datasets, list_versions
from .reading import Reader, authorize
from .records import (
    PLACE,
    STEPS,
    AnyOf,
    AppendResult,
    Backlog,
    ColumnChange,
    Computed,
    DatasetChange,
    DatasetRecord,
    DatasetState,
    Filter,
    Group,
    IndicatorDay,
    IndicatorState,
    Measure,
    Op,
    Order,
    Reject,
    Snapshot,
    TableHandler,
    VersionRecord,
)
from .schemas import AS_IT_ARRIVES
from .shape_index import (
    Reach,
    Shapes,
    draw_box,
    find_touching,
    has_outlines,
    hold_shapes,
    measure_reach,
    reach_around,
    read_at,
    read_seen,
    read_touching,
)
from .shapes import find_shape_column, mend_shapes, read_shapes
from .sql import run_sql, run_sql_to_ipc
from .streams import append

__all__ = [
    "AS_IT_ARRIVES",
    "PLACE",
    "STEPS",
    "AnyOf",
    "AppendResult",
    "Backlog",
    "ColumnChange",
    "Computed",
    "DatasetChange",
    "DatasetRecord",
    "DatasetState",
    "Filter",
    "Group",
    "ImportChoice",
    "IndicatorDay",
    "IndicatorState",
    "Measure",
    "Op",
    "Order",
    "Reach",
    "Reader",
    "Reject",
    "Shapes",
    "Snapshot",
    "TableHandler",
    "VersionRecord",
    "append",
    "append_rows",
    "authorize",
    "await_applied",
    "await_readings",
    "count_rows",
    "describe_dataset",
    "draw_box",
    "drop_table",
    "find_shape_column",
    "find_touching",
    "get_backlogs",
    "get_dataset",
    "get_table",
    "has_outlines",
    "hold_shapes",
    "import_file",
    "list_categories",
    "list_datasets",
    "list_indicator_days",
    "list_indicators",
    "list_tables",
    "list_versions",
    "make_order",
    "measure_quality",
    "measure_reach",
    "mend_shapes",
    "open_file",
    "publish_dataset",
    "publish_indicators",
    "reach_around",
    "read_at",
    "read_rows",
    "read_seen",
    "read_shapes",
    "read_touching",
    "register_dataset",
    "replace_rows",
    "restore_version",
    "run_sql",
    "run_sql_to_ipc",
    "withdraw_dataset",
]
