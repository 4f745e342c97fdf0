"""What was heard is decided on: decisions, alarms and messages to 119 are written in one transaction.

A process that dies anywhere leaves either all of it or nothing; the next one goes on from there.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import cached_property

import msgspec
from django.conf import settings
from django.db import transaction

from madang.core.base.interface import (
    CITY_TIMEZONE,
    Finding,
    Severity,
    Text,
    hurry,
    insert_rows,
    publish_live,
    read_pair,
    update_rows,
)
from madang.core.incidents.interface import open_or_update
from madang.infrastructure.fire_safety.methods.alerts import Scene, name_alert, refer_to, write_alert
from madang.infrastructure.fire_safety.methods.deciding import Watch, put_in_order
from madang.infrastructure.fire_safety.methods.duty import choose_told
from madang.infrastructure.fire_safety.methods.masking import mask_name
from madang.infrastructure.fire_safety.methods.naming import say_floor, say_place, say_room
from madang.infrastructure.fire_safety.models import (
    AlarmRow,
    DecisionRow,
    DetectorRow,
    FacilityRow,
    RelayRow,
    SignalRow,
)
from madang.infrastructure.fire_safety.queries import count_needs, list_told, read_calendar
from madang.infrastructure.fire_safety.records import (
    KIND_NAMES,
    NEEDS,
    OPEN,
    SIMULATED,
    Absence,
    AlarmState,
    Calendar,
    Contact,
    Decision,
    Policy,
    RelayState,
    Room,
    Signal,
    SignalKind,
    Verdict,
    WatchState,
)

from .nearby import SERVICE, describe_near

FACILITIES, SIGNALS = 200, 2000
"""At once, so that one transaction stays short."""
TOLD_AT_ONCE = 50
TELLING = frozenset({Verdict.TELL_MANAGER, Verdict.ESCALATE})
TOPIC = "fire_safety"
SEVERITIES = {
    Verdict.TELL_MANAGER: Severity.SEVERE,
    Verdict.ESCALATE: Severity.SEVERE,
    Verdict.HAND_OVER: Severity.EXTREME,
    Verdict.UPDATE: Severity.EXTREME,
}
log = logging.getLogger("madang.fire_safety")


def decide_due(*, now: datetime) -> int:
    """Decide for every facility that was heard from or where something fell due; return how many decisions."""
    waiting = SignalRow.objects.filter(heard_at=None).values_list("facility", flat=True).distinct()
    due = FacilityRow.objects.filter(next_due_at__lte=now).values_list("code", flat=True)
    codes = list(dict.fromkeys([*waiting[:FACILITIES], *due[:FACILITIES]]))
    if not codes:
        return 0
    try:
        made = _decide(codes, now)
    except Exception:
        log.exception("no decision for one of %s", ", ".join(codes))
        made = sum(_decide_alone(code, now) for code in codes)
    if made:
        publish_live(TOPIC, {"decisions": made})
    return made


def recall_due(*, now: datetime, reached: datetime | None = None) -> int:
    """Let facilities that are ahead of the clock fall due; return how many. Call it when a watch or its clock begins anew.

    `reached` is the moment that the clock before had reached: where it is ahead, so is every facility.
    """
    if reached is not None and reached > now:
        behind = FacilityRow.objects.filter(heard_until__lt=reached, next_due_at__isnull=False)
        behind.update(heard_until=reached)
    ahead = FacilityRow.objects.filter(heard_until__gt=now, next_due_at__gt=now)
    return ahead.update(next_due_at=now)


def _decide_alone(code: str, now: datetime) -> int:
    """Decide for one facility: its trouble must not keep another waiting."""
    try:
        return _decide([code], now)
    except Exception as error:
        log.exception("no decision for %s", code)
        try:
            _report_undecided(code, error, now)
        except Exception:
            log.exception("nobody could be told of %s", code)
        return 0


def _report_undecided(code: str, error: Exception, now: datetime) -> None:
    """Tell that nothing is decided for a facility, once a minute at most: people must act in the house's place."""
    row = FacilityRow.objects.filter(pk=code).only("name", "agency_code", "lon", "lat").first()
    name = read_pair(row.name if row else code)
    finding = Finding(
        key=f"fire-undecided:{code}",
        kind="fire_undecided",
        severity=Severity.EXTREME,
        found_at=now.replace(second=0, microsecond=0),
        reason=Text(
            ko=f"{name.ko}: 화재 신호를 판단하지 못하고 있습니다. 시설에 전화하고 불이면 119에 직접 알리십시오.",
            en=f"{name.en}: its fire signals can't be decided on. Call the facility, and 119 yourself if it burns.",
        ),
        agency_code=row.agency_code if row else "",
        lon=row.lon if row else None,
        lat=row.lat if row else None,
        evidence={"error": f"{type(error).__name__}: {error}"[:500]},
    )
    open_or_update(findings=[finding], now=now, source=SERVICE)


def _decide(codes: list[str], now: datetime) -> int:
    with hurry(), transaction.atomic():
        return _decide_all(codes, now)


def _decide_all(codes: list[str], now: datetime) -> int:
    rows = FacilityRow.objects.filter(removed_at=None).select_for_update().in_bulk(codes)
    heard: dict[str, list[SignalRow]] = {code: [] for code in codes}
    for signal in SignalRow.objects.filter(facility__in=codes, heard_at=None).order_by("id")[:SIGNALS]:
        heard[signal.facility].append(signal)
    writer = _Writer(now, codes)
    for code, signals in heard.items():
        if code in rows:
            _watch(rows[code], signals, writer)
        else:
            _report_unknown(code, signals, now)
    writer.save()
    numbers = [one.pk for signals in heard.values() for one in signals]
    SignalRow.objects.filter(pk__in=numbers).update(heard_at=now)
    update_rows(rows.values(), ["state", "heard_until", "next_due_at"])
    return len(writer.decisions)


def _watch(row: FacilityRow, heard: list[SignalRow], writer: _Writer) -> None:
    """Let a facility's watch hear what came, and pass the time until now."""
    policy, now = msgspec.convert(row.policy, Policy), writer.now
    watch = Watch(row.code, policy, CITY_TIMEZONE, msgspec.convert(row.state, WatchState, strict=False))
    if row.heard_until and now < row.heard_until:
        watch.set_back(row.heard_until, now)
        row.heard_until = now
    earliest = row.heard_until or datetime.min.replace(tzinfo=now.tzinfo)
    for signal in sorted((_hear(one, earliest, now) for one in heard), key=put_in_order):
        watch.pass_time(signal.at)
        writer.note(row, watch, None)
        watch.hear(signal)
        writer.note(row, watch, signal)
    watch.pass_time(now)
    writer.note(row, watch, None)
    row.state, row.heard_until, row.next_due_at = msgspec.to_builtins(watch.state), now, watch.find_next()


def _hear(row: SignalRow, earliest: datetime, now: datetime) -> Signal:
    """Return a signal at the moment it came in: a device's clock may be wrong, and time never goes back."""
    return Signal(
        at=min(max(row.received_at, earliest), now),
        facility=row.facility,
        kind=SignalKind(row.kind),
        source=row.source,
        floor=row.floor,
        room=row.room,
        reason=row.reason,
        expects=tuple(row.expects),
        alarm=row.alarm,
    )


class _Writer:
    """Gathers what watches decide, and writes it down together: alarms, decisions, messages to 119."""

    def __init__(self, now: datetime, codes: list[str]) -> None:
        self.now = now
        self.alarms: dict[tuple[str, int], AlarmRow] = {}
        going_on = AlarmRow.objects.select_for_update().filter(facility__in=codes, state__in=OPEN)
        self.going_on = {(one.facility_id, one.number): one for one in going_on}
        self.decisions: list[DecisionRow] = []
        self.relays: list[tuple[AlarmRow, Decision, Signal | None]] = []

    @cached_property
    def _told(self) -> dict[tuple[str, int], list[tuple[str, datetime]]]:
        """Who was told of each alarm and when, in order."""
        told = list_told([one.pk for one in self.going_on.values()])
        return defaultdict(list, {key: told[one.pk] for key, one in self.going_on.items()})

    @cached_property
    def _calendar(self) -> Calendar:
        return read_calendar()

    def note(self, row: FacilityRow, watch: Watch, signal: Signal | None) -> None:
        """Take over what a watch decided, at `signal` where there is one."""
        for decision in watch.take_decisions():
            key = row.code, decision.alarm
            if decision.verdict is Verdict.TELL_MANAGER:
                self.alarms[key] = self._begin(row, watch, decision, signal)
            elif decision.alarm and key not in self.alarms:
                self.alarms[key] = self.going_on.get(key) or self._find(row, decision.alarm)
                self.alarms[key].facility = row
            alarm = self.alarms[key] if decision.alarm else None
            told = ""
            if alarm is not None:
                self._change(alarm, decision, signal)
                told = self._tell(row, alarm, decision)
            self.decisions.append(self._describe(row, alarm, decision, told))

    def save(self) -> None:
        """Write everything."""
        new = [one for one in self.alarms.values() if one.pk is None]
        AlarmRow.objects.bulk_create(new)
        fresh = set(map(id, new))
        changed = [one for one in self.alarms.values() if id(one) not in fresh]
        update_rows(changed, ["state", "handed_over_at", "stood_down_at"])
        for one in self.decisions:
            one.alarm_id = one.alarm.pk if one.alarm else None
        insert_rows(self.decisions)
        insert_rows(list(self._compose_all()))

    def _find(self, row: FacilityRow, number: int) -> AlarmRow:
        return AlarmRow.objects.select_for_update().get(facility=row, number=number)

    def _begin(self, row: FacilityRow, watch: Watch, decision: Decision, signal: Signal | None) -> AlarmRow:
        open_alarm = watch.state.alarm
        return AlarmRow(
            facility=row,
            number=decision.alarm,
            state=AlarmState.TOLD.value,
            kind=(signal.kind if signal else SignalKind.CONFIRM).value,
            floor=signal.floor if signal else "",
            room=signal.room if signal else "",
            is_drill=decision.is_drill,
            begun_at=decision.at,
            due_at=open_alarm.due_at if open_alarm else decision.at,
        )

    def _tell(self, row: FacilityRow, alarm: AlarmRow, decision: Decision) -> str:
        """Return who is told now, the next of those on duty first; "" where this decision tells nobody."""
        if decision.verdict not in TELLING:
            return ""
        contacts = msgspec.convert(row.contacts, tuple[Contact, ...])
        told = self._told[row.code, alarm.number]
        calendar = msgspec.structs.replace(self._calendar, absences=_read_absences(row))
        chosen = choose_told(contacts, told, decision.at, CITY_TIMEZONE, calendar)
        if chosen is None:
            return ""
        told.append((chosen.name, decision.at))
        return chosen.name

    def _describe(
        self, row: FacilityRow, alarm: AlarmRow | None, decision: Decision, told: str
    ) -> DecisionRow:
        return DecisionRow(
            facility_id=row.code,
            alarm=alarm,
            verdict=decision.verdict.value,
            at=decision.at,
            made_at=self.now,
            reason_ko=decision.reason.ko[:500],
            reason_en=decision.reason.en[:500],
            sources=list(decision.sources),
            is_drill=decision.is_drill,
            is_told=alarm is None or decision.is_drill,
            told=told,
        )

    def _change(self, alarm: AlarmRow, decision: Decision, signal: Signal | None) -> None:
        if decision.verdict is Verdict.HAND_OVER:
            alarm.state, alarm.handed_over_at = AlarmState.HANDED_OVER.value, decision.at
            self.relays.append((alarm, decision, None))
        elif decision.verdict is Verdict.UPDATE:
            self.relays.append((alarm, decision, signal))
        elif decision.verdict is Verdict.STAND_DOWN:
            alarm.state, alarm.stood_down_at = AlarmState.STOOD_DOWN.value, decision.at
            if alarm.handed_over_at is not None:
                self.relays.append((alarm, decision, None))

    def _compose_all(self) -> Iterator[RelayRow]:
        """Write every message; a later one of an alarm refers to those before it."""
        later = [alarm.pk for alarm, one, _ in self.relays if one.verdict is not Verdict.HAND_OVER]
        sent: dict[int, list[str]] = defaultdict(list)
        if later:
            for row in RelayRow.objects.filter(alarm__in=later).exclude(body="").order_by("id"):
                sent[row.alarm_id].append(refer_to(row.body.encode()))
        sources = {source for _, one, _ in self.relays for source in one.sources}
        detectors = DetectorRow.objects.in_bulk(list(sources)) if sources else {}
        for alarm, decision, signal in self.relays:
            heard = [row for one in decision.sources if (row := detectors.get(one)) is not None]
            row = self._compose(alarm, decision, signal, heard, sent[alarm.pk])
            sent[alarm.pk].append(refer_to(row.body.encode()))
            yield row

    def _compose(
        self,
        alarm: AlarmRow,
        decision: Decision,
        signal: Signal | None,
        heard: Sequence[DetectorRow],
        earlier: Sequence[str],
    ) -> RelayRow:
        where = (signal.floor, signal.room) if signal and signal.floor else None
        scene = describe_scene(
            alarm.facility, alarm, self.now, where=where, heard=heard, calendar=self._calendar
        )
        sender = f"madang@{settings.MADANG.public_url.partition('//')[2] or 'localhost'}"
        body = write_alert(decision, scene, sender=sender, city=CITY_TIMEZONE, earlier=earlier)
        return RelayRow(
            alarm=alarm,
            identifier=name_alert(decision),
            body=body.decode(),
            state=RelayState.WAITING.value,
            created_at=self.now,
            next_attempt_at=self.now,
        )


def describe_scene(
    row: FacilityRow,
    alarm: AlarmRow,
    now: datetime,
    *,
    where: tuple[str, str] | None = None,
    heard: Sequence[DetectorRow] = (),
    calendar: Calendar = Calendar(),  # noqa: B008 - it is frozen
) -> Scene:
    """Return what 119 is told of an alarm's place: floor and room, who needs help, cameras, the live page.

    `where` is floor and room of what is told (the alarm's without), `heard` are the registered detectors that
    sounded.
    """
    floor, room = where or (alarm.floor, alarm.room)
    rooms = msgspec.convert(row.rooms, tuple[Room, ...])
    contacts = msgspec.convert(row.contacts, tuple[Contact, ...])
    facts: dict[str, Text | str] = {
        "floor": say_floor(floor),
        "room": say_room(room),
        "heard": _name_detectors(heard),
        "people": str(sum(one.people for one in rooms)),
    }
    facts |= {name: str(count) for name, count in count_needs(rooms).items()}
    floors = {floor, *(one.floor for one in heard)}
    on_floor = [one for one in rooms if one.floor in floors]
    facts |= {f"floor_{name}": str(count) for name, count in count_needs(on_floor).items()}
    calendar = msgspec.structs.replace(calendar, absences=_read_absences(row))
    on_duty = choose_told(contacts, (), now, CITY_TIMEZONE, calendar)
    if on_duty:
        name = read_pair(on_duty.name)
        facts["contact"] = Text(ko=f"{name.ko} {on_duty.phone}", en=f"{name.en} {on_duty.phone}")
    facts |= describe_near(row.lon, row.lat, now)
    address = settings.MADANG.public_url.rstrip("/") or f"http://localhost:{settings.MADANG.port}"
    return Scene(
        place=say_place(floor, room, before=row.name),
        lon=row.lon,
        lat=row.lat,
        link=f"{address}/desk/fire_safety/alarms/{alarm.pk}/",
        people=_say_people(sum(one.people for one in rooms), count_needs(rooms)),
        facts={name: value for name, value in facts.items() if value not in {"", Text(ko="", en="")}},
        is_simulated=row.source == SIMULATED,
    )


def _read_absences(row: FacilityRow) -> tuple[Absence, ...]:
    return msgspec.convert(row.absences, tuple[Absence, ...])


def _name_detectors(rows: Sequence[DetectorRow]) -> Text:
    named = [(say_place(row.floor, row.room), KIND_NAMES[SignalKind(row.kind)], row.pk) for row in rows]
    return Text(
        ko=", ".join(f"{place.ko} {kind.ko} {key}".strip() for place, kind, key in named),
        en=", ".join(f"{place.en} {kind.en} {key}".strip() for place, kind, key in named),
    )


def _say_people(people: int, needs: Mapping[str, int]) -> Text:
    named = [(NEEDS[name], count) for name, count in needs.items() if name in NEEDS]
    ko = "".join(f", {name.ko} {count}명" for name, count in named)
    en = "".join(f", {count} {name.en}" for name, count in named)
    return Text(ko=f"시설 안 {people}명{ko}", en=f"{people} people inside{en}")


def tell_incidents(*, now: datetime) -> int:
    """Let the incidents know of decisions they don't know of yet; the same again changes nothing."""
    rows = list(
        DecisionRow.objects.filter(is_told=False)
        .select_related("alarm", "facility")
        .order_by("id")[:TOLD_AT_ONCE]
    )
    if not rows:
        return 0
    open_or_update(findings=[_find(row) for row in rows], now=now, source=SERVICE)
    DecisionRow.objects.filter(pk__in=[row.pk for row in rows]).update(is_told=True)
    return len(rows)


def _find(row: DecisionRow) -> Finding:
    is_new = row.verdict == Verdict.TELL_MANAGER  # its reason says where
    floor, room = ("", "") if is_new else (row.alarm.floor, row.alarm.room)
    place = say_place(floor, room, before=row.facility.name)
    return Finding(
        key=f"fire:{row.facility_id}:{row.alarm.number}",
        kind="fire_alarm",
        severity=SEVERITIES.get(Verdict(row.verdict), Severity.SEVERE),
        found_at=row.at,
        reason=Text(ko=f"{place.ko}: {row.reason_ko}", en=f"{place.en}: {row.reason_en}"),
        agency_code=row.facility.agency_code,
        lon=row.facility.lon,
        lat=row.facility.lat,
        evidence={
            "alarm": f"/desk/fire_safety/alarms/{row.alarm.pk}/",
            "sources": ", ".join(row.sources),
            "verdict": row.verdict,
            **({"told": mask_name(row.told)} if row.told else {}),
        },
        cleared=row.verdict in {Verdict.STAND_DOWN, Verdict.CLOSE},
    )


def _report_unknown(code: str, heard: list[SignalRow], now: datetime) -> None:
    """Signals of a facility that nobody registered: a person must look, and nothing is thrown away."""
    finding = Finding(
        key=f"fire-unknown:{code}",
        kind="fire_unknown_facility",
        severity=Severity.EXTREME,
        found_at=max((one.received_at for one in heard), default=now),
        reason=Text(
            ko=f"등록되지 않은 시설 {code}에서 화재 신호가 왔습니다",
            en=f"a fire signal from facility {code}, which is not registered",
        ),
        evidence={"sources": ", ".join(sorted({one.source for one in heard}))[:500]},
    )
    open_or_update(findings=[finding], now=now, source=SERVICE)
