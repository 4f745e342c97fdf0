"""One thing's page."""

from __future__ import annotations

from typing import Any

from madang.core.base.interface import Actor, Text, read_pair
from madang.core.pages.interface import Detail, DetailPage, Fact, Happening, RecordAction, Tab
from madang.core.people.interface import require
from madang.core.places.interface import list_districts
from madang.core.things.queries import count_things, get_thing, list_changes, list_things
from madang.core.things.records import STATE_NAMES, Change, Thing, ThingFilter, ThingState
from madang.core.things.wording import ACTIONS, FIELDS, say_agencies, say_code, say_districts, say_kinds

from .listing import HOME, THINGS, address_of

CHILDREN_SHOWN = 100


def _describe(*, actor: Actor, language: str, thing_id: str) -> Detail:
    del language
    require(actor, "things.view")
    thing = get_thing(thing_id)
    kinds, agencies, districts = say_kinds(), say_agencies(), say_districts()
    return Detail(
        title=thing.title,
        about=Text(ko=thing.id, en=thing.id),
        crumbs=((THINGS, HOME),),
        summary=(
            Fact(title=FIELDS["kind"], value=say_code(kinds, thing.kind)),
            Fact(title=FIELDS["state"], value=STATE_NAMES[thing.state]),
            Fact(title=FIELDS["agency_code"], value=say_code(agencies, thing.agency_code)),
            Fact(title=FIELDS["district_code"], value=say_code(districts, thing.district_code)),
            _fact("due_on", thing.due_on),
        ),
        tabs=tuple(_list_tabs(thing)),
        timeline=tuple(_to_happening(change) for change in list_changes(thing_id)),
        actions=_list_actions(actor, thing),
        lon=thing.lon,
        lat=thing.lat,
    )


def _list_tabs(thing: Thing) -> list[Tab]:
    tabs = [Tab(name="facts", title=Text(ko="정보", en="Facts"), facts=tuple(_list_facts(thing)))]
    if thing.attributes:
        facts = tuple(
            Fact(title=Text(ko=name, en=name), value=str(value)) for name, value in thing.attributes.items()
        )
        tabs.append(Tab(name="attributes", title=FIELDS["attributes"], facts=facts))
    below = ThingFilter(parent_id=thing.id)
    if count := count_things(below):
        facts = tuple(
            Fact(title=Text(ko=one.id, en=one.id), value=one.title, href=address_of(one.id))
            for one in list_things(below, limit=CHILDREN_SHOWN)
        )
        title = Text(ko=f"딸린 시설물 {count}", en=f"Parts ({count})")
        tabs.append(Tab(name="children", title=title, facts=facts))
    return tabs


def _list_facts(thing: Thing) -> list[Fact]:
    parent = address_of(thing.parent_id) if thing.parent_id else ""
    return [
        _fact("installed_on", thing.installed_on),
        Fact(title=FIELDS["service_life_years"], value=thing.service_life_years, unit="a"),
        *(_fact(name, getattr(thing, name) or None) for name in ("address", "maker", "model", "serial")),
        Fact(title=FIELDS["parent_id"], value=thing.parent_id, href=parent),
        _fact("source", read_pair(thing.source) if thing.source else None),
    ]


def _fact(name: str, value: Any) -> Fact:
    return Fact(title=FIELDS[name], value=value)


def _to_happening(change: Change) -> Happening:
    action = ACTIONS.get(change.action, Text(ko=change.action, en=change.action))
    changes = {} if change.action in {"register", "undo"} else change.changes
    why = read_pair(change.why)
    said = {}
    for language in ("ko", "en"):
        parts = [
            f"{FIELDS[name].say(language)} {_show(name, before, language)} → {_show(name, after, language)}"
            for name, (before, after) in changes.items()
        ]
        told = ": " + ", ".join(parts) if parts else ""
        said[language] = action.say(language) + told + (f" ({why.say(language)})" if change.why else "")
    return Happening(at=change.at, what=Text(**said), who=change.actor_name)


def _show(name: str, value: Any, language: str) -> str:
    if value is None or value == "":
        return "–"
    if name == "state":
        return STATE_NAMES[ThingState(value)].say(language)
    if name == "district_code":
        names = {one.code: one.name_ko for one in list_districts()}
        return names.get(value, str(value))
    return str(value)


def _list_actions(actor: Actor, thing: Thing) -> tuple[RecordAction, ...]:
    if not actor.may("things.change", thing.agency_code):
        return ()
    here = address_of(thing.id)
    actions = [
        RecordAction(
            title=Text(ko="정보 고치기", en="Change"),
            href=f"{here}change/",
            consequence=Text(
                ko="고친 값과 까닭이 이력에 남습니다.", en="The history keeps what changed and why."
            ),
            permission="things.change",
        ),
        RecordAction(
            title=Text(ko="위치 옮기기", en="Move"),
            href=f"{here}move/",
            consequence=Text(ko="자치구와 법정동을 다시 정합니다.", en="District and dong are found anew."),
            permission="things.change",
        ),
    ]
    if thing.state != ThingState.RETIRED:
        actions.append(
            RecordAction(
                title=Text(ko="폐기", en="Retire"),
                href=f"{here}retire/",
                consequence=Text(
                    ko="대장에 남지만 더는 쓰지 않는 것이 됩니다.",
                    en="It stays in the register, out of service.",
                ),
                permission="things.change",
                is_destructive=True,
            )
        )
    return tuple(actions)


THING_DETAIL = DetailPage(title=Text(ko="시설물", en="Thing"), permission="things.view", describe=_describe)
