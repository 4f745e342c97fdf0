"""Notifications are written with the change they tell of, and delivered until received or given up."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from datetime import datetime, timedelta
from typing import Any

import msgspec
from django.db import close_old_connections, transaction
from django.db.models import F, Min, Q, QuerySet

from madang.core.base.interface import MadangError, new_id
from madang.core.incidents.interface import Failed, Refused
from madang.infrastructure.city_sensors import models
from madang.infrastructure.city_sensors.methods.ngsi.changes import USUAL, Changes, is_wanted, write_gone
from madang.infrastructure.city_sensors.methods.ngsi.contexts import Terms
from madang.infrastructure.city_sensors.methods.ngsi.documents import (
    FORMS,
    Entity,
    choose_language,
    write_entity,
)
from madang.infrastructure.city_sensors.methods.ngsi.questions import Place, match_entity, read_place, read_q
from madang.infrastructure.city_sensors.methods.ngsi.selections import match_scopes, read_scope_query
from madang.infrastructure.city_sensors.methods.sensorthings.bodies import write_time
from madang.infrastructure.city_sensors.queries.ngsi.entities import (
    Asked,
    find_context,
    find_entities,
    read_row,
    read_selectors,
)

TRIES = 10
LONGEST_WAIT_S = 600
MOST_WAITING = 1_000
MOST_AT_ONCE, MOST_TOLD = 1_000, 10
"""Entities in a notification of what is there every so often, and how many of these are kept."""
KEPT = timedelta(days=7)
UNREADABLE = (MadangError, AttributeError, KeyError, TypeError, ValueError)
"""What is wrong with a subscription whose context is gone, or that was taken by an earlier release: others are told all the same."""


def tell(*, now: datetime, entity: Entity, changes: Changes, gone: Mapping[str, Any]) -> None:
    """Write a notification for every subscription that an entity's change is for.

    `gone` are the attributes that were deleted, as they were. Of an entity that was deleted `entity` is the last there was.
    """
    for row in _list_active(now):
        if "timeInterval" in row.body:
            continue
        try:
            if _is_throttled(row, now):
                continue
            terms = Terms(row.context, find_context)
            if not _is_for(row.body, terms, entity, changes):
                continue
            form, attrs = _read_wishes(row.body, terms)
            data = _write(_translate(entity, row.body), terms, form, attrs, changes, gone, now)
        except UNREADABLE as error:
            _note_unreadable(row, now, error)
            continue
        _notify(row, [data], now)
        _give_up_oldest(row)


def tell_intervals(*, now: datetime) -> int:
    """Write a notification of all entities that fit for every subscription whose `timeInterval` is over; return how many.

    While one waits for its receiver no other is written; of those that were told the newest are kept. With none that
    fit it says so by an empty list.
    """
    told = 0
    for row in _list_active(now).filter(body__timeInterval__isnull=False):
        try:
            waits = timedelta(seconds=row.body["timeInterval"]) > now - (row.told_at or row.created_at)
            if waits or row.notifications.filter(state="waiting").exists():
                continue
            _tell_all(row, now)
        except UNREADABLE as error:
            _note_unreadable(row, now, error)
            models.Subscription.objects.filter(pk=row.pk).update(told_at=now)
        else:
            told += 1
    return told


def _tell_all(row: models.Subscription, now: datetime) -> None:
    terms = Terms(row.context, find_context)
    form, attrs = _read_wishes(row.body, terms)
    entities = [_translate(read_row(one), row.body) for one in _list_fitting(row.body, terms)]
    with transaction.atomic():
        _notify(row, [write_entity(one, terms, form=form, attrs=attrs) for one in entities], now)
        old = row.notifications.order_by("-pk").values_list("pk", flat=True)[MOST_TOLD:]
        models.ContextNotification.objects.filter(pk__in=list(old)).delete()


def _note_unreadable(row: models.Subscription, now: datetime, error: Exception) -> None:
    """Show that a subscription can't be served, and why; once, for every change asks it."""
    why = error.text.en if isinstance(error, MadangError) else f"the subscription can't be read: {error}"
    if row.last_error != why[:500]:
        models.Subscription.objects.filter(pk=row.pk).update(failed_at=now, last_error=why[:500])


def _list_active(now: datetime) -> QuerySet[models.Subscription]:
    alive = Q(expires_at__isnull=True) | Q(expires_at__gt=now)
    return models.Subscription.objects.filter(alive, is_active=True)


def _list_fitting(body: dict[str, Any], terms: Terms) -> list[models.ContextEntity]:
    """Return the entities that a subscription speaks of, at most MOST_AT_ONCE."""
    asked = Asked(
        any_of=read_selectors(body["entities"], terms),
        q=read_q(body["q"], terms) if body.get("q") else None,
        place=_read_place(body, terms),
        scopes=read_scope_query(body.get("scopeQ", "")),
        limit=MOST_AT_ONCE,
    )
    return find_entities(asked)[0]


def _read_wishes(body: dict[str, Any], terms: Terms) -> tuple[str, list[str]]:
    """Return the form of a subscription's notifications and the attributes (IRIs) they have, none for all."""
    wanted = body["notification"]
    form = FORMS[wanted.get("format", "normalized")]
    return form, [terms.expand(name) for name in wanted.get("attributes", [])]


def _notify(row: models.Subscription, data: list[dict[str, Any]], now: datetime) -> None:
    identity = f"urn:ngsi-ld:Notification:{new_id()}"
    body = {
        "id": identity,
        "type": "Notification",
        "subscriptionId": row.subscription_id,
        "notifiedAt": write_time(now),
        "data": data,
    }
    models.ContextNotification.objects.create(
        notification_id=identity, subscription=row, body=body, due_at=now, created_at=now
    )
    models.Subscription.objects.filter(pk=row.pk).update(told_at=now)


def deliver_due(
    *, now: datetime, send: Callable[[models.Subscription, dict[str, Any]], None], pool: Executor
) -> int:
    """Deliver what is due, in the order of each subscription, side by side; return how many were tried.

    `send` returns once the other side has received, or raises Failed (again later) or Refused (never).
    """
    waiting = models.ContextNotification.objects.filter(state="waiting")
    firsts = waiting.values("subscription").annotate(first=Min("pk")).values_list("first", flat=True)
    due = models.ContextNotification.objects.filter(pk__in=list(firsts), due_at__lte=now)
    tried = list(due.select_related("subscription"))
    list(pool.map(lambda one: _deliver(one, now, send), tried))
    return len(tried)


def _deliver(
    one: models.ContextNotification,
    now: datetime,
    send: Callable[[models.Subscription, dict[str, Any]], None],
) -> None:
    close_old_connections()
    try:
        send(one.subscription, one.body)
    except Refused as error:
        _note_failure(one, now, str(error), is_final=True)
    except Failed as error:
        _note_failure(one, now, str(error), is_final=one.tries + 1 >= TRIES, wait_s=error.retry_after_s)
    else:
        _note_success(one, now)


def forget_told(*, now: datetime) -> int:
    """Forget notifications that were delivered or given up a week ago."""
    old = models.ContextNotification.objects.exclude(state="waiting").filter(created_at__lt=now - KEPT)
    return old.delete()[0]


def _translate(entity: Entity, body: dict[str, Any]) -> Entity:
    if not body.get("lang"):
        return entity
    return msgspec.structs.replace(entity, attributes=choose_language(entity.attributes, body["lang"]))


def _write(
    entity: Entity,
    terms: Terms,
    form: str,
    attrs: list[str],
    changes: Changes,
    gone: Mapping[str, Any],
    now: datetime,
) -> dict[str, Any]:
    """Return an entity as its notification has it: of one that was deleted its name, and when."""
    if "entityDeleted" in changes:
        bare = Entity(id=entity.id, types=entity.types, attributes={})
        return write_entity(bare, terms, form=form) | {"deletedAt": write_time(now)}
    body = write_entity(entity, terms, form=form, attrs=attrs)
    return body | write_gone(gone, terms, now, plain=form == "keyValues", wanted=set(attrs))


def _is_for(body: dict[str, Any], terms: Terms, entity: Entity, changes: Changes) -> bool:
    watched = {terms.expand(name) for name in body.get("watchedAttributes", [])}
    if not is_wanted(changes, body.get("notificationTrigger") or USUAL, watched):
        return False
    selectors = [
        one | {"type": terms.expand(one["type"])} if one.get("type") else one
        for one in body.get("entities", [])
    ]
    q = read_q(body["q"], terms) if body.get("q") else None
    if body.get("scopeQ") and not match_scopes(read_scope_query(body["scopeQ"]), entity.scopes):
        return False
    return match_entity(entity, selectors=selectors, q=q, place=_read_place(body, terms))


def _read_place(body: dict[str, Any], terms: Terms) -> Place | None:
    geo = body.get("geoQ")
    if not geo:
        return None
    iri = terms.expand(geo["geoproperty"]) if geo.get("geoproperty") else None
    return read_place(geo["georel"], geo["geometry"], geo["coordinates"], iri)


def _is_throttled(row: models.Subscription, now: datetime) -> bool:
    wait = row.body.get("throttling")
    return bool(wait and row.told_at and now - row.told_at < timedelta(seconds=wait))


def _give_up_oldest(row: models.Subscription) -> None:
    """Show as failed what waits in front of the newest thousand: who is away for long gets the newest."""
    waiting = models.ContextNotification.objects.filter(subscription=row, state="waiting").order_by("-pk")
    old = list(waiting.values_list("pk", flat=True)[MOST_WAITING : MOST_WAITING + 100])
    if old:
        models.ContextNotification.objects.filter(pk__in=old).update(state="failed", reason="too many wait")
        models.Subscription.objects.filter(pk=row.pk).update(times_failed=F("times_failed") + len(old))


def _note_success(one: models.ContextNotification, now: datetime) -> None:
    with transaction.atomic():
        models.ContextNotification.objects.filter(pk=one.pk).update(state="delivered", tries=one.tries + 1)
        models.Subscription.objects.filter(pk=one.subscription_id).update(
            times_sent=F("times_sent") + 1, succeeded_at=now
        )


def _note_failure(
    one: models.ContextNotification, now: datetime, reason: str, *, is_final: bool, wait_s: float = 0
) -> None:
    wait = timedelta(seconds=max(wait_s, min(2.0**one.tries, LONGEST_WAIT_S)))
    with transaction.atomic():
        models.ContextNotification.objects.filter(pk=one.pk).update(
            state="failed" if is_final else "waiting",
            tries=one.tries + 1,
            due_at=now + wait,
            reason=reason[:500],
        )
        models.Subscription.objects.filter(pk=one.subscription_id).update(
            times_failed=F("times_failed") + 1, failed_at=now, last_error=reason[:500]
        )
