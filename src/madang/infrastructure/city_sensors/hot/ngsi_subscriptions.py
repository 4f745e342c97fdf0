"""NGSI-LD subscriptions, each with what became of its notifications."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from madang.core.base.interface import now
from madang.infrastructure.city_sensors.actions.ngsi.subscriptions import (
    change_subscription,
    create_subscription,
    get_subscription,
    remove_subscription,
)
from madang.infrastructure.city_sensors.methods.sensorthings.bodies import write_time
from madang.infrastructure.city_sensors.models import Subscription
from madang.infrastructure.city_sensors.queries.ngsi.subscriptions import list_subscriptions

from .ngsi_answers import ROOT, find_source, link_pages, read_page, route, send, serve


@serve
def subscribe(request: Request, body: Any) -> Response:
    """Hand in a subscription."""
    identity = create_subscription(
        actor=request.state.actor, now=now(), body=body, context=find_source(request, body)
    )
    return Response(status_code=201, headers={"Location": f"{ROOT}/subscriptions/{identity}"})


@serve
def show_subscriptions(request: Request, _body: None) -> Response:
    """Answer the subscriptions with what became of their notifications."""
    limit, offset = read_page(request.query_params)
    rows, total = list_subscriptions(limit=limit, offset=offset)
    asked = dict(request.query_params.multi_items())
    headers = {"NGSILD-Results-Count": str(total)} if asked.get("count") == "true" else {}
    headers |= link_pages("subscriptions", asked, (limit, offset), has_more=total > offset + limit)
    return send(request, [_describe_subscription(row) for row in rows], headers=headers)


@serve
def show_subscription(request: Request, _body: None) -> Response:
    """Answer one subscription."""
    return send(request, _describe_subscription(get_subscription(request.path_params["id"])))


@serve
def edit_subscription(request: Request, body: Any) -> Response:
    """Change a subscription."""
    change_subscription(
        actor=request.state.actor,
        now=now(),
        identity=request.path_params["id"],
        body=body,
        context=find_source(request, body),
    )
    return Response(status_code=204)


@serve
def unsubscribe(request: Request, _body: None) -> Response:
    """Withdraw a subscription."""
    remove_subscription(actor=request.state.actor, now=now(), identity=request.path_params["id"])
    return Response(status_code=204)


def _describe_subscription(row: Subscription) -> dict[str, Any]:
    notification = row.body["notification"] | {"timesSent": row.times_sent, "timesFailed": row.times_failed}
    for name, moment in (
        ("lastNotification", row.told_at),
        ("lastSuccess", row.succeeded_at),
        ("lastFailure", row.failed_at),
    ):
        if moment is not None:
            notification[name] = write_time(moment)
    is_failing = row.failed_at and (not row.succeeded_at or row.failed_at > row.succeeded_at)
    notification["status"] = "failed" if is_failing else "ok"
    if is_failing:
        notification["lastError"] = row.last_error
    is_over = row.expires_at is not None and row.expires_at <= now()
    status = "expired" if is_over else "active" if row.is_active else "paused"
    return {"id": row.subscription_id} | row.body | {"notification": notification, "status": status}


ROUTES = [
    route("GET", "/subscriptions", show_subscriptions, "구독 목록", "subscriptions"),
    route("POST", "/subscriptions", subscribe, "구독하기", "subscribe", dict[str, Any]),
    route("GET", "/subscriptions/{id}", show_subscription, "구독 보기", "a subscription"),
    route(
        "PATCH",
        "/subscriptions/{id}",
        edit_subscription,
        "구독 고치기",
        "change a subscription",
        dict[str, Any],
    ),
    route("DELETE", "/subscriptions/{id}", unsubscribe, "구독 거두기", "unsubscribe"),
]
