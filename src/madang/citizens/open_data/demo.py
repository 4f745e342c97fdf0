"""The demonstration city: simulated words of citizens that say so."""

from __future__ import annotations

from datetime import datetime

from madang.core.base.interface import HOUSE, Actor

from .actions.talk import enter_app, request_data, show_entry
from .queries.talk import list_requests

SIMULATED = "(시뮬레이션)"
CITIZEN = Actor(id="simulated-citizen", name="가상의 시민")


def lay_out(now: datetime) -> None:
    """Let made-up citizens write once."""
    if list_requests(actor=CITIZEN)[1]:
        return
    wanted = request_data(
        actor=CITIZEN,
        now=now,
        title=f"{SIMULATED} 골목길 소음의 시간대별 평균",
        wanted=f"{SIMULATED} 밤 10시부터 아침 6시까지의 소음을 골목별로 보고 싶습니다.",
        purpose="이사할 집을 고르려고",
    )
    show_entry(actor=HOUSE, now=now, kind="request", entry_id=wanted)
    app = enter_app(
        actor=CITIZEN,
        now=now,
        title=f"{SIMULATED} 오늘의 골목 공기",
        address="https://app.example/air",
        about=f"{SIMULATED} 가까운 센서의 값을 보여 주는 앱입니다. 주소는 예로 든 것입니다.",
        datasets=(),  # the catalogue is not there yet when the demonstration is laid out
    )
    show_entry(actor=HOUSE, now=now, kind="app", entry_id=app)
