"""Subscriptions and hosted contexts are handed in, changed and withdrawn."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from django.db import transaction

from madang.core.base.interface import Actor, BadInput, new_id
from madang.core.incidents.interface import check_webhook_address
from madang.core.people.interface import record_audit, require
from madang.infrastructure.city_sensors import models
from madang.infrastructure.city_sensors.methods.ngsi.changes import TRIGGERS, USUAL
from madang.infrastructure.city_sensors.methods.ngsi.contexts import Terms
from madang.infrastructure.city_sensors.methods.ngsi.documents import FORMS, URI
from madang.infrastructure.city_sensors.methods.ngsi.problems import Problem, bad, missing
from madang.infrastructure.city_sensors.methods.ngsi.questions import check_pattern, read_place, read_q
from madang.infrastructure.city_sensors.methods.ngsi.selections import read_scope_query
from madang.infrastructure.city_sensors.methods.sensorthings.bodies import read_time
from madang.infrastructure.city_sensors.queries.ngsi.entities import find_context, read_selectors

WRITE = "city_sensors.write_context"
MEMBERS = {
    "id", "type", "subscriptionName", "description", "entities", "watchedAttributes", "q", "geoQ", "isActive",
    "expiresAt", "throttling", "notification", "notificationTrigger", "@context", "lang", "jsonldContext", "scopeQ", "status", "timeInterval",
}  # fmt: skip
NOTIFIED = {
    "attributes", "format", "endpoint", "status", "timesSent", "timesFailed", "lastNotification", "lastSuccess", "lastFailure", "lastError",
}  # fmt: skip
"""What a notification says; the last seven are the house's own, and may come back with a change."""
SELECTORS = ("type", "id", "idPattern")
MOST = 1_000
HEADER = re.compile(r"[A-Za-z0-9-]{1,100}")
OWN_HEADERS = {
    "host", "content-length", "content-type", "transfer-encoding", "connection", "idempotency-key", "link", "upgrade", "te", "trailer",
    "expect", "keep-alive",
}  # fmt: skip
LONGEST_HEADER = 4_000
ELSEWHERE = re.compile(r"https?://[!-~]{1,490}")


def create_subscription(*, actor: Actor, now: datetime, body: Any, context: Any) -> str:
    """Hand in a subscription and return its id; raise Problem where it can't be served."""
    require(actor, WRITE)
    expires_at = check_subscription(body, context)
    _check_end(body, expires_at, now)
    identity = body.get("id") or f"urn:ngsi-ld:Subscription:{new_id()}"
    with transaction.atomic():
        if models.Subscription.objects.filter(subscription_id=identity).exists():
            raise Problem("AlreadyExists", f"there is a subscription {identity} already")
        if models.Subscription.objects.count() >= MOST:
            raise Problem(
                "OperationNotSupported", f"there are {MOST} subscriptions, which is all the house keeps"
            )
        models.Subscription.objects.create(
            subscription_id=identity,
            owner_id=actor.id,
            body={name: value for name, value in body.items() if name not in {"id", "@context", "status"}},
            context=context,
            is_active=body.get("isActive", True),
            expires_at=expires_at,
            created_at=now,
        )
        record_audit(actor=actor, now=now, action="city_sensors.subscribe", subject=identity[:200])
    return identity


def change_subscription(*, actor: Actor, now: datetime, identity: str, body: Any, context: Any) -> None:
    """Change members of a subscription."""
    require(actor, WRITE)
    if not isinstance(body, dict):
        raise bad("a subscription is a JSON object")
    with transaction.atomic():
        row = get_subscription(identity)
        merged = row.body | {
            name: value for name, value in body.items() if name not in {"id", "@context", "status"}
        }
        context = row.context if context is None else context
        row.expires_at = check_subscription(merged, context)
        _check_end(body, row.expires_at, now)
        row.body, row.context, row.is_active = merged, context, merged.get("isActive", True)
        row.save()
        record_audit(actor=actor, now=now, action="city_sensors.subscribe", subject=identity[:200])


def remove_subscription(*, actor: Actor, now: datetime, identity: str) -> None:
    """Withdraw a subscription; what waits for it is not delivered any more."""
    require(actor, WRITE)
    with transaction.atomic():
        get_subscription(identity).delete()
        record_audit(actor=actor, now=now, action="city_sensors.unsubscribe", subject=identity[:200])


def host_context(*, actor: Actor, now: datetime, body: Any, address: str | None = None) -> str:
    """Keep a JSON-LD context, that of `address` elsewhere where one is said, and return its id."""
    require(actor, WRITE)
    if address is not None and not ELSEWHERE.fullmatch(address):
        raise bad("url is the http or https address of the context, at most 500 characters")
    if not isinstance(body, dict) or "@context" not in body:
        raise bad("send an object with @context")
    Terms(body["@context"], find_context)
    identity = new_id()
    with transaction.atomic():
        before = models.HostedContext.objects.filter(address=address).first() if address else None
        if before is not None:
            raise Problem(
                "AlreadyExists", f"that context is known as {before.context_id}; DELETE it to hand in another"
            )
        models.HostedContext.objects.create(context_id=identity, address=address, body=body, created_at=now)
        record_audit(actor=actor, now=now, action="city_sensors.host_context", subject=identity)
    return identity


def remove_context(*, actor: Actor, now: datetime, context_id: str) -> None:
    """Forget a hosted context."""
    require(actor, WRITE)
    with transaction.atomic():
        if not models.HostedContext.objects.filter(context_id=context_id).delete()[0]:
            raise missing(f"context {context_id[:100]}")
        record_audit(actor=actor, now=now, action="city_sensors.forget_context", subject=context_id[:100])


def get_subscription(identity: str) -> models.Subscription:
    """Return one subscription; raise Problem where there is none."""
    row = models.Subscription.objects.filter(subscription_id=identity).first()
    if row is None:
        raise missing(f"subscription {identity[:200]}")
    return row


def check_subscription(body: Any, context: Any) -> datetime | None:
    """Return when a subscription ends, None for never; raise Problem for what is wrong with it."""
    if not isinstance(body, dict) or body.get("type") != "Subscription":
        raise bad("a subscription is a JSON object of type Subscription")
    unknown = set(body) - MEMBERS
    if unknown:
        raise bad(f"a subscription here has no {min(unknown)}")
    identity = body.get("id", "urn:x:y")
    if not isinstance(identity, str) or not URI.fullmatch(identity):
        raise bad("id must be a URI")
    terms = Terms(context, find_context)
    _check_what(body, terms)
    _check_notification(body.get("notification"), terms)
    throttling = body.get("throttling")
    if throttling is not None and (not isinstance(throttling, int | float) or not 0 < throttling < 1e7):
        raise bad("throttling is a number of seconds")
    if not isinstance(body.get("isActive", True), bool):
        raise bad("isActive is true or false")
    if "timeInterval" in body:
        _check_interval(body, terms)
    try:
        return read_time("expiresAt", body["expiresAt"])[0] if body.get("expiresAt") else None
    except BadInput as error:
        raise bad(error.text.en) from error


def _check_interval(body: dict[str, Any], terms: Terms) -> None:
    """Refuse an interval that is none, and what can't go with one (ETSI GS CIM 009, 5.2.12 and 5.8.1)."""
    seconds = body["timeInterval"]
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 1 <= seconds < 1e7:
        raise bad("timeInterval is a number of seconds, 1 or more")
    if body.get("watchedAttributes") or body.get("throttling") or not body.get("entities"):
        raise bad("timeInterval goes with entities, and without watchedAttributes and throttling")
    read_selectors(body["entities"], terms)


def _check_end(body: dict[str, Any], expires_at: datetime | None, now: datetime) -> None:
    """Refuse an end that is said now and is past."""
    if body.get("expiresAt") and expires_at is not None and expires_at <= now:
        raise bad("expiresAt is past")


def _check_what(body: dict[str, Any], terms: Terms) -> None:
    entities, watched = body.get("entities", []), body.get("watchedAttributes", [])
    if not entities and not watched:
        raise bad("a subscription names entities or watchedAttributes")
    if not isinstance(entities, list):
        raise bad("entities is a list of objects")
    for one in entities:
        _check_selector(one, terms)
    _check_names(watched, "watchedAttributes", terms)
    if not all(isinstance(body.get(name, ""), str) for name in ("q", "scopeQ", "lang")):
        raise bad("q, scopeQ and lang are texts")
    if body.get("q"):
        read_q(body["q"], terms)
    if body.get("scopeQ"):
        read_scope_query(body["scopeQ"])
    triggers = body.get("notificationTrigger", [*USUAL])
    if (
        not isinstance(triggers, list)
        or not triggers
        or not all(isinstance(one, str) and one in TRIGGERS for one in triggers)
    ):
        raise bad(f"notificationTrigger is a list of {', '.join(sorted(TRIGGERS))}")
    _check_geo(body.get("geoQ"))


def _check_geo(geo: Any) -> None:
    if geo is None:
        return
    if not isinstance(geo, dict) or not {"georel", "geometry", "coordinates"} <= set(geo):
        raise bad("geoQ has georel, geometry and coordinates")
    if not all(isinstance(geo.get(name, ""), str) for name in ("georel", "geometry", "geoproperty")):
        raise bad("georel, geometry and geoproperty are texts")
    read_place(geo["georel"], geo["geometry"], geo["coordinates"], None)


def _check_selector(one: Any, terms: Terms) -> None:
    if not isinstance(one, dict) or not all(isinstance(one.get(name, ""), str) for name in SELECTORS):
        raise bad("an entity is selected by type, id or idPattern, each text")
    if one.get("idPattern"):
        check_pattern(one["idPattern"])
    if one.get("type"):
        terms.expand(one["type"])


def _check_notification(wanted: Any, terms: Terms) -> None:
    unknown = set(wanted) - NOTIFIED if isinstance(wanted, dict) else set()
    if unknown:
        raise Problem("OperationNotSupported", f"a notification here has no {min(unknown)[:50]}")
    endpoint = wanted.get("endpoint") if isinstance(wanted, dict) else None
    address = endpoint.get("uri") if isinstance(endpoint, dict) else None
    if not isinstance(address, str):
        raise bad("notification.endpoint.uri is missing")
    if wanted.get("format", "normalized") not in [*FORMS]:
        raise bad(f"format is one of {', '.join(FORMS)}")
    if endpoint.get("accept", "application/json") not in ["application/json", "application/ld+json"]:
        raise bad("accept is application/json or application/ld+json")
    headers = endpoint.get("receiverInfo", [])
    if not isinstance(headers, list) or not all(map(_is_header, headers)):
        raise bad(
            "receiverInfo is a list of objects with key and value, headers of HTTP that aren't the house's own"
        )
    _check_names(wanted.get("attributes", []), "attributes", terms)
    try:
        check_webhook_address(address)
    except BadInput as error:
        raise bad(f"endpoint.uri: {error.text.en}") from error


def _is_header(one: Any) -> bool:
    if not isinstance(one, dict) or not all(isinstance(one.get(name), str) for name in ("key", "value")):
        return False
    is_text = one["value"].isascii() and one["value"].isprintable() and len(one["value"]) <= LONGEST_HEADER
    return bool(HEADER.fullmatch(one["key"])) and one["key"].lower() not in OWN_HEADERS and is_text


def _check_names(names: Any, member: str, terms: Terms) -> None:
    if not isinstance(names, list) or not all(isinstance(one, str) for one in names):
        raise bad(f"{member} is a list of names")
    for one in names:
        terms.expand(one)
