"""Registers of this service."""

from .ceremonies import CeremonyRow, TrusteeRow
from .elections import ElectionRow, EntryRow
from .enrolments import CredentialRow, EnrolledRow, EnrolmentRow
from .polls import BallotRow, ChoiceRow, CommentRow, PollRow, ReportRow, SubscriberRow, VoterRow

__all__ = [
    "BallotRow",
    "CeremonyRow",
    "ChoiceRow",
    "CommentRow",
    "CredentialRow",
    "ElectionRow",
    "EnrolledRow",
    "EnrolmentRow",
    "EntryRow",
    "PollRow",
    "ReportRow",
    "SubscriberRow",
    "TrusteeRow",
    "VoterRow",
]
