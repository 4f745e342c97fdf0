"""Every change of incidents, rules, mutes and targets."""

from .clocks import run_clocks
from .delivery import deliver_next, list_ready_targets, retry_hand_over
from .family import tell_of_hung
from .intake import open_or_update, prepare_intake
from .letters import deliver_letters, send_letter
from .rules import delete_rule, mute_kind, save_rule, unmute_kind
from .targets import save_target
from .upkeep import forget_old_rows
from .work import acknowledge, assign, close, comment, hand_over, merge, reopen, start_work

__all__ = [
    "acknowledge",
    "assign",
    "close",
    "comment",
    "delete_rule",
    "deliver_letters",
    "deliver_next",
    "forget_old_rows",
    "hand_over",
    "list_ready_targets",
    "merge",
    "mute_kind",
    "open_or_update",
    "prepare_intake",
    "reopen",
    "retry_hand_over",
    "run_clocks",
    "save_rule",
    "save_target",
    "send_letter",
    "start_work",
    "tell_of_hung",
    "unmute_kind",
]
