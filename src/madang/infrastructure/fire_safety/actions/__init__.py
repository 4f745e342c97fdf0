"""Every change of this service."""

from .answering import answer_alarm, close_alarm
from .caring import check_detectors, forget_old_messages
from .deciding import decide_due, tell_incidents
from .register import change_policy, register_facility, remove_detector, save_detectors
from .relaying import deliver_relays, warn_of_overdue_relays
from .taking import take_messages

__all__ = [
    "answer_alarm",
    "change_policy",
    "check_detectors",
    "close_alarm",
    "decide_due",
    "deliver_relays",
    "forget_old_messages",
    "register_facility",
    "remove_detector",
    "save_detectors",
    "take_messages",
    "tell_incidents",
    "warn_of_overdue_relays",
]
