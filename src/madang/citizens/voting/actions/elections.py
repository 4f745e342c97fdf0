"""Every change of elections: each adds to a board and takes nothing away."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from django.db import IntegrityError, transaction

from madang.citizens.voting.detectors.arithmetic import get_numbers
from madang.citizens.voting.detectors.ballots import check_ballot
from madang.citizens.voting.detectors.reading import Archive, Broken, Event
from madang.citizens.voting.detectors.tallies import read_factors, read_tally
from madang.citizens.voting.methods.archives import make_event, name_content
from madang.citizens.voting.methods.messages import fingerprint, write
from madang.citizens.voting.methods.tallying import add_up, open_tally
from madang.citizens.voting.methods.trustees import combine_key
from madang.citizens.voting.models import EnrolmentRow
from madang.citizens.voting.models import elections as models
from madang.citizens.voting.queries.elections import find_row, get_election, get_setup, read_entries
from madang.citizens.voting.records.elections import GROUPS, Election, ElectionState, Plan, Question
from madang.core.base.interface import Actor, BadInput, Conflict, NotFound, Text
from madang.core.people.interface import record_audit, require

MOST_QUESTIONS = 20
LONGEST_BALLOT = 2_000_000
CHECKS_KO = {
    "ballot": "표의 형식",
    "individual proof": "답마다의 증명",
    "overall proof": "고른 수의 증명",
    "blank proof": "기권의 증명",
    "signature": "서명",
}
"""What is checked of a ballot, in Korean; the check's own reasons are in English."""
STANDS = {
    ElectionState.OPEN: Text(ko="투표가 아직 진행 중입니다", en="the vote is still open"),
    ElectionState.CLOSED: Text(
        ko="투표가 끝났습니다. 이제는 표를 받지 않습니다", en="the vote is over; no ballot is taken any more"
    ),
    ElectionState.TALLIED: Text(
        ko="투표가 끝나고 결과도 나왔습니다", en="the vote is over and its result published"
    ),
}


def open_election(
    *,
    actor: Actor,
    now: datetime,
    uuid: str,
    plan: Plan,
    trustees: Sequence[Any],
    credentials: Sequence[str],
) -> Election:
    """Open an election. The trustees made their keys and the authority its list before, elsewhere."""
    require(actor, "voting.hold")
    check_plan(plan)
    if EnrolmentRow.objects.filter(uuid=uuid, ended_at=None).exists():
        raise Conflict(
            "voting.enrolment",
            "아직 투표 코드를 받는 중입니다. 먼저 madang vote enrolled로 끝내십시오",
            "voters still draw their codes: end that first, by madang vote enrolled",
        )
    election = {
        "version": 1,
        "description": plan.description,
        "name": plan.name,
        "group": plan.group,
        "public_key": str(combine_key(GROUPS[plan.group], trustees)),
        "questions": [_write_question(one) for one in plan.questions],
        "uuid": uuid,
    }
    texts = {
        "election": write(election),
        "trustees": write(list(trustees)),
        "credentials": write(list(credentials)),
    }
    setup = write({kind: name_content(text.encode()) for kind, text in texts.items()})
    try:
        with transaction.atomic():
            row = models.ElectionRow.objects.create(
                uuid=uuid, name=plan.name, state=ElectionState.OPEN, opened_at=now, voters=len(credentials)
            )
            for kind, text in texts.items():
                _add_data(row, kind, text)
            _add_event(row, "Setup", _add_data(row, "setup", setup))
            get_setup.cache_clear()
            get_setup(uuid)  # what the verifier would refuse is not opened
            record_audit(actor=actor, now=now, action="voting.open", subject=uuid)
    except Broken as broken:
        raise BadInput(
            "voting.setup", f"투표를 열 수 없습니다: {broken}", f"can't open: {broken}"
        ) from broken
    except IntegrityError as error:
        raise Conflict("voting.exists", "같은 번호의 투표가 있습니다", "this number is taken") from error
    return get_election(uuid)


def cast_ballot(*, uuid: str, ballot: str) -> str:
    """Put a ballot on the board and return its tracking number; a voter's last one counts."""
    if len(ballot) > LONGEST_BALLOT:
        raise BadInput("voting.ballot", "표가 너무 깁니다", "the ballot is too long")
    find_row(uuid)
    try:
        cast = check_ballot(get_setup(uuid), ballot)
    except Broken as broken:
        if broken.check == "credential":
            raise BadInput(
                "voting.credential",
                "이 투표 코드는 유권자 명부에 없습니다. 적은 코드와 투표를 다시 확인하십시오",
                "this voting code is not on the list of voters; check what you typed, and that this is your election",
            ) from broken
        raise BadInput(
            "voting.ballot",
            f"받을 수 없는 표입니다. 맞지 않는 것: {CHECKS_KO.get(broken.check, broken.check)}",
            f"this ballot can't be taken ({broken.check}): {broken}",
        ) from broken
    tracker = fingerprint(ballot)
    try:
        with transaction.atomic():
            row = _lock(uuid, ElectionState.OPEN)
            entry = _add_data(row, "ballot", ballot, credential=str(cast.credential), tracker=tracker)
            _add_event(row, "Ballot", entry)
            row.ballots += 1
            row.save(update_fields=["ballots"])
    except IntegrityError as error:
        raise Conflict(
            "voting.twice", "이 표는 이미 냈습니다", "this very ballot was cast already"
        ) from error
    return tracker


def close_election(*, actor: Actor, now: datetime, uuid: str) -> Election:
    """End the vote: no ballot is taken any more, and the encrypted sum stands on the board."""
    require(actor, "voting.hold")
    with transaction.atomic():
        row = _lock(uuid, ElectionState.OPEN)
        ballots = models.EntryRow.objects.filter(election=row, kind="ballot").order_by("number")
        texts = ballots.values_list("content", flat=True).iterator()
        setup = get_setup(uuid)
        widths = [one.answers + one.blank for one in setup.questions]
        tally, counted = add_up(GROUPS[setup.group], [msgspec.json.decode(text) for text in texts], widths)
        _add_event(row, "EndBallots", "")
        name = _add_data(row, "encrypted_tally", tally)
        sized = {"num_tallied": counted, "total_weight": counted, "encrypted_tally": name}
        _add_event(row, "EncryptedTally", _add_data(row, "sized_tally", write(sized)))
        row.state = ElectionState.CLOSED
        row.save(update_fields=["state"])
        record_audit(actor=actor, now=now, action="voting.close", subject=uuid)
    return get_election(uuid)


def add_decryption(*, actor: Actor, now: datetime, uuid: str, owner: int, decryption: str) -> None:
    """Put a trustee's factors on the board once their proofs hold; `owner` counts trustees from 1."""
    require(actor, "voting.hold")
    with transaction.atomic():
        row = _lock(uuid, ElectionState.CLOSED)
        payload = write({"owner": owner, "payload": name_content(decryption.encode())})
        _refuse_false_share(row.uuid, decryption, payload)
        _add_data(row, "decryption", decryption)
        _add_event(row, "PartialDecryption", _add_data(row, "owned_decryption", payload))
        record_audit(actor=actor, now=now, action="voting.decrypt", subject=uuid, details={"trustee": owner})


def publish_result(*, actor: Actor, now: datetime, uuid: str) -> Election:
    """Open the tally with the trustees' factors and publish the result."""
    require(actor, "voting.hold")
    with transaction.atomic():
        row = _lock(uuid, ElectionState.CLOSED)
        group = GROUPS[get_setup(uuid).group]
        tally = _read(row, "encrypted_tally")
        owned = models.EntryRow.objects.filter(election=row, kind="owned_decryption").order_by("number")
        factors = {}
        for text in owned.values_list("content", flat=True):
            entry = msgspec.json.decode(text)
            content = models.EntryRow.objects.get(election=row, suffix="data", name=entry["payload"]).content
            factors[entry["owner"]] = msgspec.json.decode(content)["decryption_factors"]
        try:
            result = open_tally(group, tally, _read(row, "trustees"), factors, row.voters)
        except ValueError as error:
            raise Conflict(
                "voting.shares", f"아직 열 수 없습니다: {error}", f"can't be opened yet: {error}"
            ) from error
        _add_event(row, "Result", _add_data(row, "result", write({"result": result})))
        row.state = ElectionState.TALLIED
        row.save(update_fields=["state"])
        record_audit(actor=actor, now=now, action="voting.publish", subject=uuid)
    return get_election(uuid)


def _refuse_false_share(uuid: str, decryption: str, payload: str) -> None:
    board, setup = read_entries(uuid), get_setup(uuid)
    added = {name_content(text.encode()): text for text in (decryption, payload)}
    event = Event("", "PartialDecryption", name_content(payload.encode()))
    tried = Archive(board.data | added, (*board.events, event))
    try:
        *_, tally = read_tally(tried, get_numbers(setup.group))
        read_factors(tried, setup, tally)
    except Broken as broken:
        raise BadInput(
            "voting.decryption",
            f"받을 수 없는 조각입니다: {broken}",
            f"this share can't be taken: {broken}",
        ) from broken


def _lock(uuid: str, state: ElectionState) -> models.ElectionRow:
    row = models.ElectionRow.objects.select_for_update().filter(uuid=uuid).first()
    if row is None:
        raise NotFound("voting.unknown", "그런 투표가 없습니다", "there is no such election")
    if row.state != state:
        words = STANDS[ElectionState(row.state)]
        raise Conflict("voting.state", words.ko, words.en)
    return row


def _read(row: models.ElectionRow, kind: str) -> Any:
    return msgspec.json.decode(models.EntryRow.objects.get(election=row, kind=kind).content)


def _add_data(
    row: models.ElectionRow, kind: str, text: str, *, credential: str = "", tracker: str = ""
) -> str:
    name = name_content(text.encode())
    models.EntryRow.objects.create(
        election=row,
        number=_count(row),
        suffix="data",
        name=name,
        kind=kind,
        credential=credential,
        tracker=tracker,
        content=text,
    )
    return name


def _add_event(row: models.ElectionRow, kind: str, payload: str) -> None:
    last = models.EntryRow.objects.filter(election=row, suffix="event").order_by("-number").first()
    height = last.height + 1 if last else 0
    content = make_event(last.name if last else "", height, kind, payload)
    models.EntryRow.objects.create(
        election=row,
        number=_count(row),
        suffix="event",
        name=name_content(content),
        kind=kind,
        height=height,
        content=content.decode(),
    )


def _count(row: models.ElectionRow) -> int:
    last = models.EntryRow.objects.filter(election=row).order_by("-number").values_list("number", flat=True)
    return last[0] + 1 if last else 0


def check_plan(plan: Plan) -> None:
    """Raise BadInput where no election can be held by a plan."""
    questions = plan.questions
    if plan.group not in GROUPS:
        raise BadInput("voting.group", f"모르는 군입니다: {plan.group}", f"unknown group: {plan.group}")
    if not 0 < len(questions) <= MOST_QUESTIONS:
        raise BadInput(
            "voting.questions",
            f"질문은 1개에서 {MOST_QUESTIONS}개까지입니다",
            f"1 to {MOST_QUESTIONS} questions",
        )
    for one in questions:
        if not one.answers or not 0 <= one.min <= one.max <= len(one.answers):
            raise BadInput(
                "voting.bounds",
                f"고를 수 있는 수가 답의 수와 맞지 않습니다: {one.question}",
                f"min and max don't fit the answers: {one.question}",
            )


def _write_question(one: Question) -> dict[str, Any]:
    return {
        "answers": list(one.answers),
        **({"blank": True} if one.blank else {}),
        "min": one.min,
        "max": one.max,
        "question": one.question,
    }
