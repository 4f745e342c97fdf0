"""Everything that changes something in this service."""

from .connecting import connect_camera
from .judging import judge_event
from .purging import list_overdue, purge
from .register import import_cameras, remove_source, save_source, save_view
from .ringing import take_rings
from .searching import (
    add_place,
    answer_sighting,
    ask_search,
    decide_search,
    end_search,
    expire_searches,
    open_sighting,
)
from .signs import clear_sign, show_text
from .viewing import ask_unmask, decide_unmask, export_clip, open_clip, open_live, open_original
from .watching import TOPIC, record_told

__all__ = [
    "TOPIC",
    "add_place",
    "answer_sighting",
    "ask_search",
    "ask_unmask",
    "clear_sign",
    "connect_camera",
    "decide_search",
    "decide_unmask",
    "end_search",
    "expire_searches",
    "export_clip",
    "import_cameras",
    "judge_event",
    "list_overdue",
    "open_clip",
    "open_live",
    "open_original",
    "open_sighting",
    "purge",
    "record_told",
    "remove_source",
    "save_source",
    "save_view",
    "show_text",
    "take_rings",
]
