"""Mails before polls close, to who asked for them.

Everyone is told of the same polls, whether they voted or not: a mail says nothing of who did.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.core import signing
from django.db import transaction

from madang.citizens.voting.models.polls import SubscriberRow
from madang.citizens.voting.queries.polls import list_closing
from madang.citizens.voting.records.polls import Poll
from madang.core.base.interface import LANGUAGES, Actor, BadInput, Text, to_city_time
from madang.core.incidents.interface import send_letter
from madang.core.people.interface import find_email, require

AHEAD, TOO_LATE, BETWEEN = timedelta(days=2), timedelta(hours=2), timedelta(hours=20)
DAYTIME = range(8, 20)
AT_ONCE = 500
SALT = "voting.reminders"


def subscribe(*, actor: Actor, now: datetime) -> None:
    """Have mails sent to this person before polls close, from the next poll on."""
    require(actor, "signed-in")
    if not find_email(actor.id):
        raise BadInput(
            "voting.no_email",
            "계정에 전자우편 주소가 없습니다. 내 계정에서 먼저 적어 주십시오",
            "your account has no e-mail address; add one to your account first",
        )
    SubscriberRow.objects.get_or_create(person_id=actor.id, defaults={"told_at": now})


def unsubscribe(*, person_id: str) -> None:
    """Send this person no more mails, nor keep that there were any."""
    SubscriberRow.objects.filter(person_id=person_id).delete()


def sign_person(person_id: str) -> str:
    """Return what stops the mails of one person without signing in."""
    return signing.dumps(person_id, salt=SALT)


def read_person(token: str) -> str:
    """Return whose mails a token stops; raise BadInput where it isn't one of ours."""
    try:
        return str(signing.loads(token, salt=SALT))
    except signing.BadSignature as error:
        raise BadInput(
            "voting.reminder_link", "메일에 적힌 주소가 아닙니다", "this isn't the address in the mail"
        ) from error


def remind(*, now: datetime) -> int:
    """Write to those who don't know yet of polls that close within two days; return how many letters that were.

    By day only, and to nobody twice within 20 hours.
    """
    if to_city_time(now).hour not in DAYTIME:
        return 0
    polls = list_closing(after=now + TOO_LATE, until=now + AHEAD, now=now)
    if not polls:
        return 0
    since = max(_know_from(poll) for poll in polls)
    with transaction.atomic():
        rows = SubscriberRow.objects.select_for_update().filter(told_at__lt=since, told_at__lte=now - BETWEEN)
        people = list(rows.order_by("id")[:AT_ONCE])
        for row in people:
            _write(row, [poll for poll in polls if _know_from(poll) > row.told_at], now)
            row.told_at = now
        SubscriberRow.objects.bulk_update(people, ["told_at"])
    return len(people)


def _know_from(poll: Poll) -> datetime:
    """Return since when a poll is one to be told of."""
    return max(poll.opens_at, poll.closes_at - AHEAD)


def _list(polls: list[Poll], house: str, language: str) -> list[str]:
    return [
        f"- {poll.say(language).question} ({to_city_time(poll.closes_at):%Y-%m-%d %H:%M})\n"
        f"  {house}/voting/polls/{poll.id}/"
        for poll in polls
    ]


def _write(row: SubscriberRow, polls: list[Poll], now: datetime) -> None:
    house, count = settings.MADANG.public_url.rstrip("/"), len(polls)
    ko, en = (_list(polls, house, language) for language in LANGUAGES)
    stop = f"{house}/voting/reminders/stop/?of={sign_person(row.person_id)}"
    send_letter(
        now=now,
        person_id=row.person_id,
        subject=Text(
            ko=f"[{settings.MADANG.city_name_ko}] 곧 마감하는 투표 {count}건",
            en=f"{count} {'poll closes' if count == 1 else 'polls close'} soon",
        ),
        body=Text(
            ko="\n".join(
                [
                    "이틀 안에 마감하는 투표예요. 이미 투표했다면 그대로 두세요.",
                    *ko,
                    f"메일 그만 받기: {stop}",
                ]
            ),
            en="\n".join(
                [
                    "These polls close within two days. If you voted already, there is nothing to do.",
                    *en,
                    f"Stop these mails: {stop}",
                ]
            ),
        ),
        expires_at=min(poll.closes_at for poll in polls),
    )
