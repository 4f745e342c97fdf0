"""What citizens ask, wish for and make, and what the city answers."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec

from madang.core.base.interface import Text


class State(StrEnum):
    """Where a word of a citizen stands: it waits until staff have seen it."""

    WAITING = "waiting"
    SHOWN = "shown"
    ANSWERED = "answered"
    DECLINED = "declined"
    HIDDEN = "hidden"


STATE_NAMES = {
    State.WAITING: Text(ko="확인 기다림", en="Waiting to be seen"),
    State.SHOWN: Text(ko="보임", en="Shown"),
    State.ANSWERED: Text(ko="답변함", en="Answered"),
    State.DECLINED: Text(ko="받아들이지 않음", en="Declined"),
    State.HIDDEN: Text(ko="숨김", en="Hidden"),
}
PUBLIC = (State.SHOWN, State.ANSWERED, State.DECLINED)
MOST_WAITING = 10


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """A question about a dataset, or a word in the talk under another (`parent_id`); `author` is masked."""

    id: str
    dataset: str
    parent_id: str
    text: str
    author: str
    account_id: str
    agency_code: str
    state: State
    asked_at: datetime
    answer: str = ""
    answered_by: str = ""
    answered_at: datetime | None = None
    reason: str = ""


class DataRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Data that somebody asks the city to open. `dataset` names the one it was answered with."""

    id: str
    title: str
    wanted: str
    purpose: str
    author: str
    account_id: str
    agency_code: str
    state: State
    asked_at: datetime
    supporters: int = 0
    answer: str = ""
    answered_by: str = ""
    answered_at: datetime | None = None
    dataset: str = ""


class App(msgspec.Struct, frozen=True, kw_only=True):
    """Something made with the city's data. SHOWN means accepted into the gallery."""

    id: str
    title: str
    maker: str
    address: str
    about: str
    datasets: tuple[str, ...]
    account_id: str
    state: State
    entered_at: datetime
    reason: str = ""


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """One line of what staff have to look at; `kind` is question, request or app."""

    id: str
    kind: str
    title: str
    agency_code: str
    state: State
    at: datetime
    href: str
