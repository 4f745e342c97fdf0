"""Every change of the register."""

from .imports import import_things, undo_import
from .kinds import register_declared_kinds, register_kind, remove_kind
from .single import change_thing, move_thing, register_thing, retire_thing

__all__ = [
    "change_thing",
    "import_things",
    "move_thing",
    "register_declared_kinds",
    "register_kind",
    "register_thing",
    "remove_kind",
    "retire_thing",
    "undo_import",
]
