"""The register as a list."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any
from urllib.parse import quote

from madang.core.base.interface import Actor, ColumnType, MadangError, Text
from madang.core.pages.interface import ListAction, ListColumn, ListFilter, ListPage
from madang.core.people.interface import require
from madang.core.things.actions import change_thing
from madang.core.things.queries import SORTS, count_things, list_things, summarize_states
from madang.core.things.records import STATE_NAMES, Thing, ThingFilter, ThingState
from madang.core.things.wording import FIELDS, say_agencies, say_code, say_districts, say_kinds

HOME = "/desk/things/"
THINGS = Text(ko="시설물 대장", en="Register of things")


def address_of(thing_id: str) -> str:
    """Return the address of a thing's page."""
    return f"{HOME}{quote(thing_id, safe='')}/"


def _query(
    *, actor: Actor, search: str, filters: dict[str, str], sort: str, offset: int, limit: int
) -> tuple[Sequence[Any], int]:
    require(actor, "things.view")
    where = ThingFilter(
        text=search,
        kind=filters.get("kind", ""),
        state=filters.get("state", ""),
        agency_code=filters.get("agency_code", ""),
        district_code=filters.get("district_code", ""),
    )
    names = say_kinds(), say_agencies(), say_districts()
    rows = list_things(where, sort=sort, limit=limit, offset=offset)
    return [_to_row(thing, *names) for thing in rows], count_things(where)


def _to_row(
    thing: Thing, kinds: dict[str, Text], agencies: dict[str, Text], districts: dict[str, Text]
) -> dict[str, Any]:
    return {
        "id": thing.id,
        "name": thing.title,
        "kind": say_code(kinds, thing.kind),
        "agency_code": say_code(agencies, thing.agency_code),
        "district_code": say_code(districts, thing.district_code),
        "state": STATE_NAMES[thing.state],
        "due_on": thing.due_on,
        "installed_on": thing.installed_on,
        "address": thing.address or None,
        "maker": thing.maker or None,
        "model": thing.model or None,
        "serial": thing.serial or None,
        "updated_at": thing.updated_at,
        "lon": thing.lon,
        "lat": thing.lat,
    }


def _list_kind_choices(_actor: Actor) -> list[tuple[str, Text, int]]:
    counts: dict[str, int] = {}
    for row in summarize_states():
        counts[row.kind] = counts.get(row.kind, 0) + row.count
    return [(code, name, counts.get(code, 0)) for code, name in say_kinds().items()]


def _list_agency_choices(_actor: Actor) -> list[tuple[str, Text]]:
    return list(say_agencies().items())


def _list_district_choices(_actor: Actor) -> list[tuple[str, Text]]:
    return list(say_districts().items())


def _set_state(*, actor: Actor, now: datetime, ids: list[str], state: ThingState) -> Text:
    refused = []
    for thing_id in ids:
        try:
            change_thing(actor=actor, now=now, thing_id=thing_id, values={"state": state.value})
        except MadangError as error:
            refused.append((thing_id, error.text))
    done, name = len(ids) - len(refused), STATE_NAMES[state]
    if not refused:
        return Text(ko=f"{done}건을 '{name.ko}'(으)로 바꾸었습니다.", en=f"{done} set to {name.en.lower()}.")
    first, why = refused[0]
    return Text(
        ko=f"{done}건을 바꾸고 {len(refused)}건은 바꾸지 못했습니다. {first}: {why.ko}",
        en=f"{done} changed, {len(refused)} not. {first}: {why.en}",
    )


def _column(name: str, **more: Any) -> ListColumn:
    return ListColumn(name=name, title=FIELDS[name], sortable=name in SORTS, **more)


def _action(state: ThingState, ko: str, en: str) -> ListAction:
    return ListAction(
        name=state.value,
        title=Text(ko=ko, en=en),
        permission="things.change",
        consequence=Text(
            ko=f"고른 {{count}}건의 상태를 ‘{STATE_NAMES[state].ko}’(으)로 바꿉니다. 변경 이력에 남습니다.",
            en=f"The state of {{count}} things becomes {STATE_NAMES[state].en.lower()}; the history keeps it.",
        ),
        run=partial(_set_state, state=state),
    )


THING_LIST = ListPage(
    title=THINGS,
    permission="things.view",
    about=Text(
        ko="도시의 모든 시설물과 센서입니다. 종류, 소유 기관, 위치, 상태와 내용연수를 봅니다.",
        en="Every asset and sensor of the city: kind, owner, place, state and service life.",
    ),
    columns=(
        ListColumn(name="id", title=Text(ko="번호", en="Id"), href=lambda row: address_of(str(row["id"]))),
        _column("name"),
        _column("kind"),
        _column("agency_code"),
        _column("district_code"),
        _column("state"),
        _column("due_on", type=ColumnType.DATE),
        _column("installed_on", type=ColumnType.DATE, shown=False),
        _column("address", shown=False),
        _column("maker", shown=False),
        _column("model", shown=False),
        _column("serial", shown=False),
        ListColumn(name="updated_at", title=Text(ko="변경", en="Changed"), type=ColumnType.TIME, shown=False),
    ),
    query=_query,
    filters=(
        ListFilter(name="state", title=FIELDS["state"], choices=tuple(STATE_NAMES.items())),
        ListFilter(name="kind", title=FIELDS["kind"], choices=_list_kind_choices),
        ListFilter(name="agency_code", title=FIELDS["agency_code"], choices=_list_agency_choices),
        ListFilter(name="district_code", title=FIELDS["district_code"], choices=_list_district_choices),
    ),
    actions=(
        _action(ThingState.ACTIVE, "가동으로", "Set active"),
        _action(ThingState.FAULTY, "고장으로", "Set faulty"),
    ),
    sort="id",
    lon="lon",
    lat="lat",
    template="things/list.html",
    empty=Text(
        ko="아직 등록된 시설물이 없습니다. 하나씩 등록하거나 파일로 가져오면 여기에 나타납니다.",
        en="No things are registered yet. Register one, or bring a file.",
    ),
    create=(f"{HOME}new/", Text(ko="시설물 등록", en="Register a thing"), "things.change"),
)
