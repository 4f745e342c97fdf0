"""Who gets an incident: rules are data, the first that fits wins, and hours are the city's hours."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang.core.base.interface import HOUSE, BadInput, NotAllowed, NotFound, Severity
from madang.core.incidents.actions import delete_rule
from madang.core.incidents.interface import (
    Rule,
    Step,
    list_incidents,
    list_rules,
    mute_kind,
    open_or_update,
    save_rule,
)
from madang.core.incidents.methods import choose_rule, estimate_wait_s, sign_body

from .conftest import NOW, at, find

NIGHT = Rule(id=1, name="night", position=1, hours=(22, 6))
ANY = Rule(id=2, name="any", position=9)


def choose(*rules, now=NOW, kind="fire", severity=Severity.MODERATE, agency="a", district="11140"):
    rule = choose_rule(
        rules, kind=kind, severity=severity, agency_code=agency, district_code=district, now=now
    )
    return rule.name if rule else None


@pytest.mark.parametrize(
    ("hour_utc", "name"),
    [(12, "any"), (13, "night"), (20, "night"), (21, "any")],  # 21, 22, 05, 06 o'clock in Seoul
)
def test_night_hours_cross_midnight_in_the_city_s_time(hour_utc, name):
    assert choose(NIGHT, ANY, now=datetime(2026, 11, 23, hour_utc, tzinfo=UTC)) == name


@pytest.mark.parametrize(
    ("terms", "fits"),
    [
        ({"kinds": ("fire",)}, True),
        ({"kinds": ("flood",)}, False),
        ({"min_severity": Severity.SEVERE}, False),
        ({"agency_codes": ("a", "b")}, True),
        ({"district_codes": ("11680",)}, False),
        ({"weekdays": (0,)}, True),
        ({"weekdays": (5, 6)}, False),
        ({"is_active": False}, False),
    ],
)
def test_every_term_of_a_rule_must_fit(terms, fits):
    assert (choose(Rule(name="r", **terms)) == "r") is fits


@given(st.permutations([Rule(id=n, name=str(n), position=n % 3) for n in range(6)]))
def test_the_order_of_rules_is_their_position_and_id_only(rules):
    assert choose(*rules) == "0"


@given(st.integers(1, 60), st.floats(0, 1), st.floats(0, 1e6))
def test_waits_grow_and_end_at_an_hour_that_was_asked_for(attempts, jitter, asked):
    wait = estimate_wait_s(attempts, jitter, asked)
    assert 1 <= wait <= 3600
    assert estimate_wait_s(attempts + 1, jitter, asked) >= wait


def test_a_signature_is_over_time_and_body():
    # echo -n "1700000000.body" | openssl dgst -sha256 -hmac key
    expected = "47b6ce0fca59474308e2921c247cb2493dce6b8101d90ac05bd0c6a37d0e046e"
    assert sign_body("key", b"body", datetime.fromtimestamp(1700000000, UTC)) == f"t=1700000000,v1={expected}"


@pytest.mark.django_db
class TestRegister:
    def test_a_rule_assigns_and_is_kept_word_for_word(self):
        rule = Rule(
            name="심각",
            min_severity=Severity.SEVERE,
            assign_agency_code="119",
            assign_role="operator",
            acknowledge_within_s=60,
            escalate_to=(Step(after_s=120, role="manager"),),
        )
        saved = save_rule(actor=HOUSE, now=NOW, rule=rule)
        assert list_rules() == (saved,)
        open_or_update(findings=[find("big", severity=Severity.EXTREME), find("small")], now=at(0))
        big, small = sorted(list_incidents(actor=HOUSE), key=lambda row: row.key)
        assert (big.agency_code, big.role, big.acknowledge_due_at) == ("119", "operator", at(60))
        assert (small.agency_code, small.acknowledge_due_at) == ("11140", None)
        delete_rule(actor=HOUSE, now=NOW, rule_id=saved.id)
        assert list_rules() == ()

    def test_only_managers_change_rules(self, operator):
        with pytest.raises(NotAllowed):
            save_rule(actor=operator, now=NOW, rule=ANY)
        with pytest.raises(NotAllowed):
            mute_kind(actor=operator, now=NOW, kind="hand_over_failed", reason="x", until=at(9))

    def test_wrong_rules_and_mutes_are_refused(self):
        with pytest.raises(BadInput):
            save_rule(actor=HOUSE, now=NOW, rule=Rule(name="r", hours=(5, 99)))
        with pytest.raises(BadInput):
            save_rule(actor=HOUSE, now=NOW, rule=Rule(name=" "))
        with pytest.raises(NotFound):
            save_rule(actor=HOUSE, now=NOW, rule=Rule(id=99, name="r"))
        for kind, reason, until in [
            ("unicorn", "x", at(9)),
            ("hand_over_failed", " ", at(9)),
            ("hand_over_failed", "x", at(-9)),
            ("hand_over_failed", "x", at(31 * 86400)),
        ]:
            with pytest.raises(BadInput):
                mute_kind(actor=HOUSE, now=NOW, kind=kind, reason=reason, until=until)
