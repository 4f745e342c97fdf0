"""Every change of this service."""

from .answering import answer_alarm, close_alarm
from .caring import check_detectors, forget_old_messages
from .deciding import decide_due, recall_due, tell_incidents
from .decoders import remove_decoder, save_decoder
from .hydrants import import_hydrants
from .importing import Brought, import_list
from .nearby import Outlook, list_cameras_near
from .network import check_network, hear_gateways, save_gateways
from .plans import place_detector, remove_plan, save_plan
from .register import (
    change_policy,
    register_facility,
    remove_detector,
    remove_facility,
    save_detectors,
    save_holidays,
)
from .relaying import deliver_relays, warn_of_overdue_relays
from .taking import hear_camera, take_messages

__all__ = [
    "Brought",
    "Outlook",
    "answer_alarm",
    "change_policy",
    "check_detectors",
    "check_network",
    "close_alarm",
    "decide_due",
    "deliver_relays",
    "forget_old_messages",
    "hear_camera",
    "hear_gateways",
    "import_hydrants",
    "import_list",
    "list_cameras_near",
    "place_detector",
    "recall_due",
    "register_facility",
    "remove_decoder",
    "remove_detector",
    "remove_facility",
    "remove_plan",
    "save_decoder",
    "save_detectors",
    "save_gateways",
    "save_holidays",
    "save_plan",
    "take_messages",
    "tell_incidents",
    "warn_of_overdue_relays",
]
