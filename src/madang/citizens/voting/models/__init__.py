"""Registers of this service."""

from .ceremonies import CeremonyRow, TrusteeRow
from .elections import ElectionRow, EntryRow
from .polls import BallotRow, ChoiceRow, CommentRow, PollRow, ReportRow, SubscriberRow, VoterRow

__all__ = [
    "BallotRow",
    "CeremonyRow",
    "ChoiceRow",
    "CommentRow",
    "ElectionRow",
    "EntryRow",
    "PollRow",
    "ReportRow",
    "SubscriberRow",
    "TrusteeRow",
    "VoterRow",
]
