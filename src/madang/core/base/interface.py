"""What other rooms and services may use of this room."""

from .actors import ANONYMOUS, HOUSE, Actor
from .beats import Beats, beat
from .broker import Broker, find_broker_login, find_broker_url, get_broker, publish_live, subscribe_live
from .checks import Check
from .cli import Subcommand, say_help, say_here, speak_here
from .clock import CITY_TIMEZONE, now, to_city_time
from .commands import Command, call_command, list_commands
from .devices import DeviceListener, Told
from .distances import box_around, measure_m
from .errors import BadInput, Conflict, Gone, MadangError, NotAllowed, NotFound, Unavailable
from .findings import Finding, Severity
from .hashchain import GENESIS, hash_row
from .headings import find_headings
from .hurry import hurry
from .ids import new_id
from .indicators import Aim, Indicator
from .jobs import Job
from .kept import Kept
from .manifests import CHAPTERS, Manifest, collect, list_manifests, load_part
from .migrating import are_registers_ready, prepare_registers
from .mqtt import MONITOR_FILE, MqttListener, as_subject, list_listened, tell_listeners
from .processes import Process, stop_on_signals
from .reasons import find_mismatch, say_mismatch
from .registers import Register
from .rows import find_row, find_value, insert_rows, update_rows
from .run_state import ProcessState, RunState, read_run_state, write_run_state
from .serving import serve_application
from .settings import SETTINGS, Setting, Settings, list_unknown_variables, read_settings
from .tables import Column, ColumnType, Directions, OpenField, OpenName, Table, TableKind, declare_column
from .text import LANGUAGES, Text, choose_particles, read_pair
from .translations import Translation, read_translations

__all__ = [
    "ANONYMOUS",
    "CHAPTERS",
    "CITY_TIMEZONE",
    "GENESIS",
    "HOUSE",
    "LANGUAGES",
    "MONITOR_FILE",
    "SETTINGS",
    "Actor",
    "Aim",
    "BadInput",
    "Beats",
    "Broker",
    "Check",
    "Column",
    "ColumnType",
    "Command",
    "Conflict",
    "DeviceListener",
    "Directions",
    "Finding",
    "Gone",
    "Indicator",
    "Job",
    "Kept",
    "MadangError",
    "Manifest",
    "MqttListener",
    "NotAllowed",
    "NotFound",
    "OpenField",
    "OpenName",
    "Process",
    "ProcessState",
    "Register",
    "RunState",
    "Setting",
    "Settings",
    "Severity",
    "Subcommand",
    "Table",
    "TableKind",
    "Text",
    "Told",
    "Translation",
    "Unavailable",
    "are_registers_ready",
    "as_subject",
    "beat",
    "box_around",
    "call_command",
    "choose_particles",
    "collect",
    "declare_column",
    "find_broker_login",
    "find_broker_url",
    "find_headings",
    "find_mismatch",
    "find_row",
    "find_value",
    "get_broker",
    "hash_row",
    "hurry",
    "insert_rows",
    "list_commands",
    "list_listened",
    "list_manifests",
    "list_unknown_variables",
    "load_part",
    "measure_m",
    "new_id",
    "now",
    "prepare_registers",
    "publish_live",
    "read_pair",
    "read_run_state",
    "read_settings",
    "read_translations",
    "say_help",
    "say_here",
    "say_mismatch",
    "serve_application",
    "speak_here",
    "stop_on_signals",
    "subscribe_live",
    "tell_listeners",
    "to_city_time",
    "update_rows",
    "write_run_state",
]
