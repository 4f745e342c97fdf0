"""A subscription with a timeInterval is told what is there every so often, whether anything changed or not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from madang.core.base.interface import HOUSE
from madang.infrastructure.city_sensors.actions.ngsi.entities import create_entity, put_attributes
from madang.infrastructure.city_sensors.actions.ngsi.subscriptions import create_subscription
from madang.infrastructure.city_sensors.actions.ngsi.telling import MOST_TOLD, tell_intervals
from madang.infrastructure.city_sensors.methods.ngsi.contexts import DEFAULT, Terms
from madang.infrastructure.city_sensors.methods.ngsi.documents import read_entity
from madang.infrastructure.city_sensors.models import ContextNotification, Subscription

NOW = datetime(2026, 5, 1, tzinfo=UTC)
TERMS = Terms(None, lambda _address: None)
BODY = {
    "type": "Subscription",
    "entities": [{"type": "Lift", "idPattern": "[12]$"}, {"id": "urn:ngsi-ld:Lift:3"}, {"type": "Nothing"}],
    "q": "temp>1",
    "timeInterval": 60,
    "notification": {
        "endpoint": {"uri": "https://example.org/"},
        "attributes": ["temp"],
        "format": "keyValues",
    },
}


def at(seconds: int) -> datetime:
    return NOW + timedelta(seconds=seconds)


def receive_all() -> None:
    ContextNotification.objects.update(state="delivered")


@pytest.fixture
def subscription(db):
    for number in (1, 2, 3, 4):
        body = {"id": f"urn:ngsi-ld:Lift:{number}", "type": "Lift", "temp": number, "load": 9}
        create_entity(actor=HOUSE, now=NOW, entity=read_entity(body, TERMS))
    return create_subscription(actor=HOUSE, now=NOW, body=BODY, context=None)


def test_all_that_fit_are_told_when_the_interval_is_over(subscription):
    assert [tell_intervals(now=at(seconds)) for seconds in (59, 60, 61)] == [0, 1, 0]
    told = ContextNotification.objects.get().body
    assert (told["subscriptionId"], told["type"]) == (subscription, "Notification")
    assert told["data"] == [
        {"id": f"urn:ngsi-ld:Lift:{number}", "type": "Lift", "temp": number} for number in (2, 3)
    ]


def test_a_change_alone_is_not_told(subscription):
    cold = {f"{DEFAULT}temp": {"type": "Property", "value": 0}}
    for identity in ("urn:ngsi-ld:Lift:2", "urn:ngsi-ld:Lift:3"):
        put_attributes(
            actor=HOUSE, now=at(5), identity=identity, attributes=cold, only=lambda _iri, there: there
        )
    assert not ContextNotification.objects.exists()
    assert tell_intervals(now=at(60)) == 1
    assert ContextNotification.objects.get().body["data"] == []


def test_nobody_is_told_while_the_last_one_waits_and_few_are_kept(subscription):
    assert [tell_intervals(now=at(seconds)) for seconds in (60, 120, 180)] == [1, 0, 0]
    receive_all()
    for seconds in range(180, 180 + 60 * 15, 60):
        assert tell_intervals(now=at(seconds)) == 1
        receive_all()
    assert ContextNotification.objects.count() == MOST_TOLD


def test_it_ends_and_pauses_as_others_do(subscription):
    Subscription.objects.update(expires_at=at(90))
    assert tell_intervals(now=at(95)) == 0
    Subscription.objects.update(expires_at=None, is_active=False)
    assert tell_intervals(now=at(95)) == 0


def test_one_whose_context_is_gone_keeps_nobody_waiting(subscription):
    lost = create_subscription(actor=HOUSE, now=NOW, body=BODY, context=None)
    Subscription.objects.filter(subscription_id=lost).update(context="https://example.org/gone.jsonld")
    Subscription.objects.filter(subscription_id=subscription).update(created_at=at(1))
    assert tell_intervals(now=at(61)) == 1
    assert ContextNotification.objects.get().subscription.subscription_id == subscription
    assert "gone.jsonld" in Subscription.objects.get(subscription_id=lost).last_error


@pytest.mark.parametrize(
    "stored",
    [
        {"q": 12},
        {"q": ["a"]},
        {"throttling": "5"},
        {"geoQ": {"georel": "near"}},
        {"notification": None},
        {"notification": {"format": "strange"}},
        {"entities": [5]},
        {"watchedAttributes": [5]},
        {"scopeQ": 5},
    ],
)
def test_one_that_an_earlier_release_took_stops_no_change(db, stored):
    body = {name: value for name, value in BODY.items() if name != "timeInterval"} | {"q": "temp>0"}
    old, good = (create_subscription(actor=HOUSE, now=NOW, body=body, context=None) for _ in range(2))
    Subscription.objects.filter(subscription_id=old).update(body=body | stored, told_at=NOW)
    entity = read_entity({"id": "urn:ngsi-ld:Lift:1", "type": "Lift", "temp": 1}, TERMS)
    create_entity(actor=HOUSE, now=at(1), entity=entity)
    assert ContextNotification.objects.get().subscription.subscription_id == good
    one = Subscription.objects.get(subscription_id=old)
    assert (bool(one.last_error), one.failed_at) == (True, at(1))
    put_attributes(
        actor=HOUSE,
        now=at(2),
        identity=entity.id,
        attributes=entity.attributes,
        only=lambda _iri, _there: True,
    )
    assert ContextNotification.objects.count() == 2
    Subscription.objects.filter(subscription_id=old).update(body=BODY | stored, told_at=None)
    assert tell_intervals(now=at(90)) <= 1
