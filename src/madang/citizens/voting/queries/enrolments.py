"""Every read of lists of voters that are being made."""

from __future__ import annotations

from django.db.models import Count
from django.utils.crypto import salted_hmac

from madang.citizens.voting.models import EnrolledRow, EnrolmentRow
from madang.citizens.voting.records.enrolments import Enrolment
from madang.core.base.interface import NotFound, read_pair


def get_enrolment(uuid: str) -> Enrolment:
    """Return the making of an election's list of voters; NotFound where there is none here."""
    row = _list_rows().filter(uuid=uuid).first()
    if row is None:
        raise NotFound(
            "voting.enrolment",
            "여기에서 투표 코드를 받는 투표가 아닙니다",
            "no voters enrol here for this election",
        )
    return _describe(row)


def list_enrolments() -> list[Enrolment]:
    """Return the lists that one can still enrol in, the newest first."""
    return [_describe(row) for row in _list_rows().filter(ended_at=None).order_by("-begun_at")[:20]]


def name_enrolled(uuid: str, pseudonym: str) -> str:
    """Return the name under which it is kept that this person has enrolled."""
    return salted_hmac(f"voting.enrolment.{uuid}", pseudonym, algorithm="sha256").hexdigest()


def is_enrolled(uuid: str, pseudonym: str) -> bool:
    """Return whether this person has a code already."""
    return EnrolledRow.objects.filter(enrolment=uuid, key=name_enrolled(uuid, pseudonym)).exists()


def _list_rows():
    return EnrolmentRow.objects.annotate(drawn=Count("credentials"))


def _describe(row: EnrolmentRow) -> Enrolment:
    return Enrolment(
        uuid=row.uuid,
        title=read_pair(row.title),
        rule=row.rule,
        group=row.group,
        begun_at=row.begun_at,
        ended_at=row.ended_at,
        credentials=row.drawn,  # type: ignore[attr-defined]
    )
