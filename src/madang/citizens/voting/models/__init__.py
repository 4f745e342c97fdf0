"""Registers of this service."""

from .elections import ElectionRow, EntryRow
from .polls import BallotRow, ChoiceRow, CommentRow, PollRow, ReportRow, VoterRow

__all__ = [
    "BallotRow",
    "ChoiceRow",
    "CommentRow",
    "ElectionRow",
    "EntryRow",
    "PollRow",
    "ReportRow",
    "VoterRow",
]
