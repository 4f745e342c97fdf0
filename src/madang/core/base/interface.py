"""What other rooms and services may use of this room."""

from .actors import ANONYMOUS, HOUSE, Actor
from .clock import CITY_TIMEZONE, now, to_city_time
from .commands import Command, call_command, list_commands
from .errors import BadInput, Conflict, MadangError, NotAllowed, NotFound, Unavailable
from .findings import Finding, Severity
from .hashchain import GENESIS, hash_row
from .ids import new_id
from .jobs import Job
from .manifests import Manifest, collect, list_manifests, load_part
from .processes import Process
from .settings import SETTINGS, Setting, Settings, read_settings
from .tables import Column, ColumnType, Table, TableKind
from .text import LANGUAGES, Text

__all__ = [
    "ANONYMOUS",
    "CITY_TIMEZONE",
    "GENESIS",
    "HOUSE",
    "LANGUAGES",
    "SETTINGS",
    "Actor",
    "BadInput",
    "Column",
    "ColumnType",
    "Command",
    "Conflict",
    "Finding",
    "Job",
    "MadangError",
    "Manifest",
    "NotAllowed",
    "NotFound",
    "Process",
    "Setting",
    "Settings",
    "Severity",
    "Table",
    "TableKind",
    "Text",
    "Unavailable",
    "call_command",
    "collect",
    "hash_row",
    "list_commands",
    "list_manifests",
    "load_part",
    "new_id",
    "now",
    "read_settings",
    "to_city_time",
]
