"""Every read of this service."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

import msgspec
from django.db import transaction
from django.db.models import Case, Count, F, Max, Q, QuerySet, When

from madang.core.base.interface import CITY_TIMEZONE, Actor, NotFound, Text, box_around, measure_m
from madang.core.people.interface import record_audit, require
from madang.core.things import interface as things

from .methods.deciding import decide, renumber
from .methods.duty import list_dated_gaps, order_places, order_told
from .methods.hydrants import HYDRANT_KIND, say_kind
from .methods.masking import mask, mask_name
from .methods.network import NetworkTrouble, find_network_troubles
from .models import (
    AlarmRow,
    DecisionRow,
    DecoderRow,
    DetectorRow,
    FacilityRow,
    GatewayRow,
    HolidayRow,
    PlanRow,
    RefusedRow,
    RelayRow,
    SignalRow,
)
from .records import (
    OPEN,
    Absence,
    Alarm,
    AlarmFilter,
    AlarmState,
    Calendar,
    Contact,
    Decision,
    Decoder,
    Detector,
    Facility,
    FacilityKind,
    FloorPlan,
    Gateway,
    Holiday,
    Hydrant,
    Nuisance,
    Policy,
    Relay,
    RelayState,
    Room,
    Signal,
    SignalKind,
    Verdict,
    WatchState,
)

VIEW = "fire_safety.view"
MOST_REPLAYED = 100_000
ALARM_SORTS = {
    "facility_name": "facility__name",
    "kind": "kind",
    "state": "state",
    "begun_at": "begun_at",
    "handed_over_at": "handed_over_at",
    "received_at": "received_at",
    "closed_at": "closed_at",
}
NEAR_M, HYDRANTS = 300.0, 3
USABLE = frozenset({things.ThingState.INSTALLED, things.ThingState.ACTIVE})


def find_facility_row(code: str, *, for_update: bool = False, with_removed: bool = False) -> FacilityRow:
    """Return a facility's row; raise NotFound where there is none, or where it was removed (unless `with_removed`)."""
    rows = FacilityRow.objects.select_for_update() if for_update else FacilityRow.objects
    row = rows.filter(pk=code).first()
    if row is None:
        raise NotFound("fire_safety.facility", "그런 시설이 없습니다", "there is no such facility")
    if row.removed_at is not None and not with_removed:
        raise NotFound(
            "fire_safety.removed",
            "대장에서 지운 시설입니다. 불이면 119에 직접 알리십시오.",
            "this facility has left the register. If it burns, call 119 yourself.",
        )
    return row


def find_alarm_row(alarm_id: int) -> AlarmRow:
    """Return an alarm's row; raise NotFound where there is none."""
    row = AlarmRow.objects.select_related("facility").filter(pk=alarm_id).first()
    if row is None:
        raise NotFound("fire_safety.alarm", "그런 경보가 없습니다", "there is no such alarm")
    return row


def get_facility(actor: Actor, code: str) -> Facility:
    """Return a facility that the actor may know of, its contacts masked; also one that was removed."""
    row = find_facility_row(code, with_removed=True)
    require(actor, VIEW, row.agency_code)
    return _hide(describe_facility(row))


def read_contacts(actor: Actor, now: datetime, code: str, why: str) -> tuple[Contact, ...]:
    """Return a facility's contacts as they are, for who may answer there; the reading is audited."""
    row = find_facility_row(code)
    require(actor, "fire_safety.answer", row.agency_code)
    details = {"why": why}
    with transaction.atomic():
        record_audit(actor=actor, now=now, action="fire_safety.read_contacts", subject=code, details=details)
    return describe_facility(row).contacts


def read_absences(actor: Actor, code: str) -> tuple[Absence, ...]:
    """Return who of a facility is absent when, with their names, for who may answer there."""
    row = find_facility_row(code)
    require(actor, "fire_safety.answer", row.agency_code)
    return describe_facility(row).absences


def is_decided(code: str) -> bool:
    """Return whether all that was said of a facility was heard, so that its pages show what came of it."""
    return not SignalRow.objects.filter(facility=code, heard_at=None).exists()


def is_anything_due() -> bool:
    """Return whether an alarm, a test or a drill goes on anywhere that something is still to fall due of."""
    return FacilityRow.objects.filter(next_due_at__isnull=False).exists()


def get_watch(actor: Actor, code: str) -> WatchState:
    """Return what is known of a facility now: its alarm, tests and drills."""
    row = find_facility_row(code, with_removed=True)
    require(actor, VIEW, row.agency_code)
    return msgspec.convert(row.state, WatchState, strict=False)


def list_facilities(
    *, actor: Actor, search: str = "", kind: str = "", offset: int = 0, limit: int = 50
) -> tuple[list[Facility], int]:
    """Return a page of the facilities that the actor may know of, by name, and how many there are."""
    rows = _allow(_list_registered().order_by("name", "code"), actor, "agency_code")
    rows = rows.filter(Q(name__icontains=search) | Q(address__icontains=search) | Q(code__icontains=search))
    if kind:
        rows = rows.filter(kind=kind)
    return [_hide(describe_facility(row)) for row in rows[offset : offset + limit]], rows.count()


def list_places() -> list[tuple[str, str, FacilityKind, float, float]]:
    """Return (code, name, kind, lon, lat) of every facility: that it is in the net is public."""
    rows = _list_registered().order_by("name").values_list("code", "name", "kind", "lon", "lat")
    return [(code, name, FacilityKind(kind), lon, lat) for code, name, kind, lon, lat in rows]


def count_public(since: datetime) -> dict[str, int]:
    """Return figures for everyone: facilities, detectors, alarms since a moment, those handed over."""
    alarms = AlarmRow.objects.filter(begun_at__gte=since, is_drill=False)
    return {
        "facilities": _list_registered().count(),
        "detectors": DetectorRow.objects.count(),
        "alarms": alarms.count(),
        "handed_over": alarms.exclude(handed_over_at=None).count(),
    }


def is_simulated() -> bool:
    """Whether any facility is of the demonstration."""
    return _list_registered().filter(source__contains="simulated").exists()


def list_detectors(actor: Actor, code: str = "", *, only_trouble: bool = False) -> list[Detector]:
    """Return detectors, of one facility or of all that the actor may know of."""
    rows = _allow(
        DetectorRow.objects.order_by("facility", "floor", "room", "id"), actor, "facility__agency_code"
    )
    if code:
        rows = rows.filter(facility=code)
    if only_trouble:
        rows = rows.filter(has_trouble=True)
    return [describe_detector(row) for row in rows]


def list_hydrants(lon: float, lat: float, limit: int = HYDRANTS) -> list[Hydrant]:
    """Return the usable hydrants nearest to a place within NEAR_M metres.

    Things of every kind are asked for: asked for one kind, SQLite walks through every hydrant of the city.
    """
    places = things.list_places(things.ThingFilter(bbox=box_around(lon, lat, NEAR_M)))
    away = sorted((measure_m(lon, lat, x, y), key) for key, kind, x, y in places if kind == HYDRANT_KIND)
    found = things.get_things([key for _, key in away])
    return [
        Hydrant(
            id=one.id,
            name=one.name,
            kind=say_kind(str(one.attributes.get("hydrant", ""))),
            lon=one.lon,
            lat=one.lat,
            distance_m=round(metres, 1),
        )
        for metres, key in away
        if metres <= NEAR_M
        and (one := found.get(key)) is not None
        and one.lon is not None
        and one.lat is not None
        and one.state in USABLE
    ][:limit]


def find_plan(actor: Actor, code: str, floor: str) -> FloorPlan | None:
    """Return a floor's plan as a picture, None where it has none."""
    row = (
        PlanRow.objects.defer("picture").select_related("facility").filter(facility=code, floor=floor).first()
    )
    if row is None:
        return None
    require(actor, VIEW, row.facility.agency_code)
    return FloorPlan(id=row.pk, facility=code, floor=row.floor, width_m=row.width_m, height_m=row.height_m)


def list_plan_floors(code: str) -> list[str]:
    """Return the floors of a facility that have a plan as a picture."""
    return list(PlanRow.objects.filter(facility=code).values_list("floor", flat=True))


def read_plan_picture(actor: Actor, plan_id: int) -> bytes:
    """Return a plan's picture (PNG); raise NotFound where there is none."""
    row = PlanRow.objects.select_related("facility").filter(pk=plan_id).first()
    if row is None:
        raise NotFound("fire_safety.plan", "그런 평면도가 없습니다", "there is no such plan")
    require(actor, VIEW, row.facility.agency_code)
    return bytes(row.picture)


def list_gateways() -> list[Gateway]:
    """Return every gateway, by institution."""
    return [describe_gateway(row) for row in GatewayRow.objects.order_by("institution", "id")]


def list_network_troubles(now: datetime) -> list[NetworkTrouble]:
    """Return what of the network is silent now, the largest that explains it."""
    return find_network_troubles(list_gateways(), now)


def list_decoders() -> list[Decoder]:
    """Return every decoder, by profile."""
    rows = DecoderRow.objects.order_by("profile")
    return [msgspec.convert({"profile": row.profile, "fields": row.fields}, Decoder) for row in rows]


def get_decoder(profile: str) -> Decoder:
    """Return a profile's decoder; raise NotFound where there is none."""
    found = next((one for one in list_decoders() if one.profile == profile), None)
    if found is None:
        raise NotFound("fire_safety.decoder", "그런 디코더가 없습니다", "there is no such decoder")
    return found


def list_alarms(
    *,
    actor: Actor,
    where: AlarmFilter = AlarmFilter(),  # noqa: B008 - it is frozen
    sort: str = "",
    offset: int = 0,
    limit: int = 50,
) -> tuple[list[Alarm], int]:
    """Return a page of alarms, newest first, and how many there are.

    `sort` is a name of ALARM_SORTS, "-" before it for
    descending, missing last; "must_act" puts those that 119 doesn't have before those that it has, and drills after all.
    """
    has_it = Case(When(received_at=None, then=0), default=1)
    order: tuple[Any, ...] = ("is_drill", has_it) if sort == "must_act" else ()
    if column := ALARM_SORTS.get(sort.removeprefix("-")):
        order = (F(column).desc(nulls_last=True) if sort.startswith("-") else F(column).asc(nulls_last=True),)
    rows = AlarmRow.objects.select_related("facility").order_by(*order, "-begun_at", "-id")
    rows = _allow(rows, actor, "facility__agency_code")
    if search := where.search:
        found = Q(facility__name__icontains=search) | Q(facility__code__iexact=search)
        found |= Q(floor__icontains=search) | Q(room__icontains=search) | Q(note__icontains=search)
        rows = rows.filter(found)
    if where.state:
        rows = rows.filter(state__in=[one.value for one in OPEN] if where.state == "open" else [where.state])
    if where.drill:
        rows = rows.filter(is_drill=where.drill == "yes")
    if where.facility:
        rows = rows.filter(facility=where.facility)
    if where.kind:
        rows = rows.filter(kind=where.kind)
    if where.since and where.since > date.min:
        rows = rows.filter(begun_at__gte=_begin_day(where.since))
    if where.until and where.until < date.max:
        rows = rows.filter(begun_at__lt=_begin_day(where.until + timedelta(days=1)))
    return [describe_alarm(row) for row in rows[offset : offset + limit]], rows.count()


def list_alarmed(actor: Actor) -> list[tuple[str, str]]:
    """Return (code, name) of the facilities that the actor may know of and that had an alarm, by name."""
    rows = _allow(FacilityRow.objects.filter(alarms__isnull=False), actor, "agency_code")
    return list(rows.order_by("name", "code").values_list("code", "name").distinct())


def _begin_day(day: date) -> datetime:
    return datetime.combine(day, time.min, CITY_TIMEZONE)


def get_alarm(actor: Actor, alarm_id: int) -> Alarm:
    """Return one alarm that the actor may know of."""
    row = find_alarm_row(alarm_id)
    require(actor, VIEW, row.facility.agency_code)
    return describe_alarm(row)


def list_decisions(actor: Actor, alarm_id: int) -> list[Decision]:
    """Return what was decided for an alarm, in order."""
    get_alarm(actor, alarm_id)
    rows = DecisionRow.objects.filter(alarm=alarm_id).select_related("alarm").order_by("at", "id")
    return [
        Decision(
            at=row.at,
            facility=row.facility_id,
            alarm=row.alarm.number,
            verdict=Verdict(row.verdict),
            reason=Text(ko=row.reason_ko, en=row.reason_en),
            sources=tuple(row.sources),
            is_drill=row.is_drill,
            told=mask_name(row.told),
        )
        for row in rows
    ]


def find_refusal(actor: Actor, code: str, since: datetime) -> Text | None:
    """Return why what a person said of a facility at a moment changes nothing; None where it does."""
    require(actor, VIEW, find_facility_row(code, with_removed=True).agency_code)
    rows = DecisionRow.objects.filter(facility=code, at__gte=since, verdict=Verdict.NOTHING.value)
    row = rows.order_by("at", "id").first()
    return row and Text(ko=row.reason_ko, en=row.reason_en)


def list_told(alarms: Collection[int]) -> dict[int, list[tuple[str, datetime]]]:
    """Return who was told of each alarm and when, in order."""
    found: dict[int, list[tuple[str, datetime]]] = {one: [] for one in alarms}
    rows = DecisionRow.objects.filter(alarm__in=list(alarms)).exclude(told="").order_by("at", "id")
    for alarm, name, moment in rows.values_list("alarm_id", "told", "at"):
        found[alarm].append((name, moment))
    return found


def list_ladder(
    alarm: Alarm, contacts: Sequence[Contact], now: datetime
) -> list[tuple[int, Contact, datetime | None]]:
    """Return an alarm's facility's contacts as they were told of it and when, then those who are next (None).

    Each stands with its place in the order of the register.
    `contacts` are all of them as they are to be shown, in the order in which they are registered.
    """
    registered = describe_facility(find_facility_row(alarm.facility, with_removed=True))
    told = list_told([alarm.id])[alarm.id]
    order = order_told(registered.contacts, told, now, CITY_TIMEZONE, read_calendar(registered.absences))
    return [(place, contacts[place], moment) for place, moment in order if place < len(contacts)]


def read_calendar(absences: tuple[Absence, ...] = ()) -> Calendar:
    """Return the holidays that are registered, with who is absent."""
    holidays = frozenset(HolidayRow.objects.values_list("on", flat=True))
    return Calendar(holidays=holidays, absences=absences)


def list_holidays() -> list[Holiday]:
    """Return every holiday, the first one first."""
    return [Holiday(on=one.on, name=one.name) for one in HolidayRow.objects.order_by("on")]


def list_duty(
    actor: Actor, code: str, now: datetime, days: int
) -> tuple[list[tuple[Contact, bool]], list[tuple[date, int]]]:
    """Return whom to tell now, in order, masked, and who of them is absent; and hours ahead that nobody covers.

    The hours are those of the next `days` days that holidays or absences leave empty.
    """
    facility, masked = (
        describe_facility(find_facility_row(code, with_removed=True)),
        get_facility(actor, code),
    )
    calendar = read_calendar(facility.absences)
    away = {one.name for one in facility.absences if one.since <= now < one.until}
    order = order_places(facility.contacts, now, CITY_TIMEZONE, calendar)
    first = now.astimezone(CITY_TIMEZONE).date()
    gaps = list_dated_gaps(facility.contacts, calendar, first, days, CITY_TIMEZONE) if order else []
    return [(masked.contacts[place], facility.contacts[place].name in away) for place in order], gaps


def list_signals(actor: Actor, alarm: Alarm, until: datetime) -> list[Signal]:
    """Return what was heard from an alarm's facility between its beginning and `until`."""
    require(actor, VIEW, alarm.agency_code)
    rows = SignalRow.objects.filter(
        facility=alarm.facility,
        received_at__gte=alarm.begun_at - timedelta(seconds=1),
        received_at__lte=until,
    )
    return [_describe_signal(row) for row in rows.order_by("received_at", "id")[:1000]]


def list_relays(actor: Actor, alarm_id: int) -> list[Relay]:
    """Return the messages of an alarm to 119."""
    get_alarm(actor, alarm_id)
    rows = RelayRow.objects.filter(alarm=alarm_id).order_by("id")
    return [
        Relay(
            id=row.pk,
            alarm=alarm_id,
            identifier=row.identifier,
            state=RelayState(row.state),
            created_at=row.created_at,
            received_at=row.received_at,
            attempts=row.attempts,
            last_error=row.last_error,
        )
        for row in rows
    ]


def rank_loudness(alarms: Iterable[Alarm]) -> float:
    """Return a number that grows with each decision on these alarms, and with each try that 119 doesn't answer.

    A wall sounds where it grows. Drills make no sound.
    """
    numbers = [one.id for one in alarms if not one.is_drill]
    last = DecisionRow.objects.filter(alarm__in=numbers).aggregate(last=Max("id"))["last"] or 0
    overdue = RelayRow.objects.filter(alarm__in=numbers, state=RelayState.WAITING.value, is_overdue=True)
    tries = overdue.aggregate(most=Max("attempts"))["most"] or 0
    return last + min(tries, 999) / 1000


def count_waiting_relays() -> int:
    """Return how many messages 119 doesn't have yet."""
    return RelayRow.objects.filter(state=RelayState.WAITING.value).count()


def count_refused(since: datetime) -> int:
    """Return how many messages were none since a moment."""
    return RefusedRow.objects.filter(received_at__gte=since).count()


def replay(actor: Actor, code: str, policy: Policy, since: datetime, until: datetime) -> list[Decision]:
    """Return what another policy would have decided on what a facility said since a moment.

    Alarms count anew there: an answer to the alarm that was the present one then is an answer to the present one.
    """
    facility = get_facility(actor, code)
    rows = SignalRow.objects.filter(facility=facility.code, received_at__gte=since, received_at__lte=until)
    signals = [_describe_signal(row) for row in rows.order_by("-id")[:MOST_REPLAYED]]
    begun = AlarmRow.objects.filter(facility=facility.code).order_by("begun_at", "number")
    numbers = dict(begun.values_list("begun_at", "number"))
    return decide(policy, renumber(signals, numbers), until, CITY_TIMEZONE)


def count_by_state(actor: Actor) -> dict[AlarmState, int]:
    """Return how many alarms, without drills, are in each state."""
    rows = _allow(AlarmRow.objects.filter(is_drill=False), actor, "facility__agency_code")
    counted = dict(rows.values_list("state").annotate(count=Count("id")))
    return {state: counted.get(state.value, 0) for state in AlarmState}


def list_nuisances(actor: Actor, since: datetime, limit: int) -> list[Nuisance]:
    """Return the detectors whose alarms were cancelled most often since a moment, without drills.

    An alarm counts for the detector that began it.
    """
    begun = DecisionRow.objects.filter(
        verdict=Verdict.TELL_MANAGER.value, is_drill=False, alarm__begun_at__gte=since
    )
    rows = _allow(begun, actor, "facility__agency_code").values_list(
        "sources", "facility_id", "alarm__number", "alarm__state"
    )
    said = SignalRow.objects.filter(kind=SignalKind.FALSE_ALARM.value, received_at__gte=since).exclude(
        alarm=0
    )
    why = {(code, number): reason for code, number, reason in said.values_list("facility", "alarm", "reason")}
    alarms: Counter[str] = Counter()
    reasons: dict[str, Counter[str]] = defaultdict(Counter)
    for sources, code, number, state in rows.iterator():
        if sources:
            alarms[sources[0]] += 1
            if state == AlarmState.STOOD_DOWN.value:
                reasons[sources[0]][why.get((code, number), "")] += 1
    most = sorted(reasons, key=lambda one: (-reasons[one].total(), one))
    places = DetectorRow.objects.select_related("facility").in_bulk(most[:limit])
    return [
        Nuisance(
            detector=one,
            facility=row.facility_id,
            facility_name=row.facility.name,
            floor=row.floor,
            room=row.room,
            cancelled=reasons[one].total(),
            alarms=alarms[one],
            reasons=tuple((reason, count) for reason, count in reasons[one].most_common() if reason),
        )
        for one in most[:limit]
        if (row := places.get(one)) is not None
    ]


def count_needs(rooms: Iterable[Room]) -> dict[str, int]:
    """Return how many people have each need."""
    counted: Counter[str] = Counter()
    for room in rooms:
        counted.update(room.needs)
    return {name: count for name, count in counted.items() if count}


def describe_facility(row: FacilityRow) -> Facility:
    """Return a facility's record."""
    return Facility(
        code=row.code,
        name=row.name,
        kind=FacilityKind(row.kind),
        agency_code=row.agency_code,
        address=row.address,
        lon=row.lon,
        lat=row.lat,
        rooms=msgspec.convert(row.rooms, tuple[Room, ...]),
        contacts=msgspec.convert(row.contacts, tuple[Contact, ...]),
        absences=msgspec.convert(row.absences, tuple[Absence, ...]),
        policy=msgspec.convert(row.policy, Policy),
        source=row.source,
        removed_at=row.removed_at,
    )


def describe_detector(row: DetectorRow) -> Detector:
    """Return a detector's record."""
    return Detector(
        id=row.pk,
        facility=row.facility_id,
        kind=SignalKind(row.kind),
        floor=row.floor,
        room=row.room,
        x=row.x,
        y=row.y,
        expected_every_s=row.expected_every_s,
        registered_at=row.registered_at,
        heard_at=row.heard_at,
        battery=row.battery,
        rssi=row.rssi,
        snr=row.snr,
        margin=row.margin,
        usual_margin=row.usual_margin,
        level=row.level,
        usual_level=row.usual_level,
        unread=row.unread,
    )


def describe_gateway(row: GatewayRow) -> Gateway:
    """Return a gateway's record."""
    return Gateway(
        id=row.pk,
        institution=row.institution,
        agency_code=row.agency_code,
        expected_every_s=row.expected_every_s,
        lon=row.lon,
        lat=row.lat,
        registered_at=row.registered_at,
        heard_at=row.heard_at,
    )


def describe_alarm(row: AlarmRow) -> Alarm:
    """Return an alarm's record; `row.facility` is loaded."""
    return Alarm(
        id=row.pk,
        facility=row.facility_id,
        facility_name=row.facility.name,
        agency_code=row.facility.agency_code,
        number=row.number,
        state=AlarmState(row.state),
        kind=SignalKind(row.kind),
        floor=row.floor,
        room=row.room,
        is_drill=row.is_drill,
        begun_at=row.begun_at,
        due_at=row.due_at,
        handed_over_at=row.handed_over_at,
        received_at=row.received_at,
        stood_down_at=row.stood_down_at,
        closed_at=row.closed_at,
        note=row.note,
    )


def _list_registered() -> QuerySet:
    return FacilityRow.objects.filter(removed_at=None)


def _hide(facility: Facility) -> Facility:
    absences = [
        msgspec.structs.replace(one, name=mask_name(one.name), instead=mask_name(one.instead))
        for one in facility.absences
    ]
    contacts = tuple(map(mask, facility.contacts))
    return msgspec.structs.replace(facility, contacts=contacts, absences=tuple(absences))


def _describe_signal(row: SignalRow) -> Signal:
    return Signal(
        at=row.received_at,
        facility=row.facility,
        kind=SignalKind(row.kind),
        source=row.source,
        floor=row.floor,
        room=row.room,
        reason=row.reason,
        expects=tuple(row.expects),
        alarm=row.alarm,
    )


def _allow(rows: QuerySet, actor: Actor, field: str) -> QuerySet:
    """Leave only the rows of agencies where the actor may look."""
    if actor.may(VIEW, "*"):
        return rows
    agencies: Sequence[str] = [scope for permission, scope in actor.grants if permission == VIEW]
    return rows.filter(**{f"{field}__in": agencies})
