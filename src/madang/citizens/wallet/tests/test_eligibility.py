"""Eligibility: three services of the city as rules, one yes or no each; what is missing never helps anybody."""

from __future__ import annotations

from datetime import date, timedelta

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from madang.citizens.wallet.methods.eligibility import Decision, count_years, decide
from madang.citizens.wallet.methods.refusals import Refused
from madang.citizens.wallet.methods.rules import list_claims, read_rule

TODAY = date(2026, 11, 29)
RESIDENT = {"claim": ["address", "city"], "equals": "서울특별시", "reason": "not_resident"}
YOUTH = {
    "name": "youth_transit",
    "version": 1,
    "condition": {
        "all": [
            RESIDENT,
            {"claim": ["birth_date"], "age_from": 19, "age_to": 24, "reason": "not_of_age"},
        ]
    },
}
FAMILY = {
    "name": "family_discount",
    "version": 2,
    "condition": {
        "all": [
            RESIDENT,
            {
                "any": [
                    {"claim": ["children"], "least": 2, "reason": "few_children"},
                    {"claim": ["is_single_parent"], "equals": True, "reason": "two_parents"},
                ],
                "reason": "not_a_family_of_the_scheme",
            },
            {"not": {"claim": ["is_suspended"], "equals": True, "reason": "x"}, "reason": "suspended"},
        ]
    },
}
HEALTH = {
    "name": "medical_aid",
    "version": 1,
    "condition": {
        "all": [
            {
                "claim": ["insurance", "kind"],
                "one_of": ["의료급여1종", "의료급여2종"],
                "reason": "not_insured_so",
            },
            {"claim": ["insurance", "since"], "until": "2026-06-30", "reason": "insured_too_late"},
            {"claim": ["dependants", None, "birth_date"], "age_to": 18, "reason": "no_minor"},
        ]
    },
}


def say(rule: dict[str, object], **claims: object) -> tuple[bool, str]:
    decided = decide(read_rule(rule), claims, TODAY)
    return decided.is_eligible, decided.reason


@pytest.mark.parametrize(
    ("city", "birth", "answer"),
    [
        ("서울특별시", "2004-02-29", (True, "eligible")),
        ("서울특별시", "2007-11-29", (True, "eligible")),
        ("서울특별시", "2007-11-30", (False, "not_of_age")),
        ("서울특별시", "2001-11-30", (True, "eligible")),
        ("서울특별시", "2001-11-29", (False, "not_of_age")),
        ("부산광역시", "2004-02-29", (False, "not_resident")),
        ("부산광역시", "1960-01-01", (False, "not_resident")),
        ("서울특별시", "20040229", (False, "unknown")),
        ("서울특별시", "2026-12-01", (False, "unknown")),
        ("서울특별시", 2004, (False, "unknown")),
        (None, "2004-02-29", (False, "unknown")),
        (["서울특별시"], "2004-02-29", (False, "unknown")),
    ],
)
def test_a_youth_who_lives_in_the_city(city, birth, answer):
    assert say(YOUTH, address={"city": city}, birth_date=birth) == answer


@pytest.mark.parametrize(
    ("claims", "answer"),
    [
        ({"children": 2, "is_single_parent": False, "is_suspended": False}, (True, "eligible")),
        ({"children": 2, "is_suspended": False}, (True, "eligible")),
        ({"children": 1, "is_single_parent": True, "is_suspended": False}, (True, "eligible")),
        (
            {"children": 1, "is_single_parent": False, "is_suspended": False},
            (False, "not_a_family_of_the_scheme"),
        ),
        ({"children": 1, "is_suspended": False}, (False, "unknown")),
        ({"children": 2, "is_suspended": True}, (False, "suspended")),
        ({"children": 2}, (False, "unknown")),
        ({"children": 2, "is_suspended": "no"}, (False, "unknown")),
        ({"children": True, "is_single_parent": False, "is_suspended": False}, (False, "unknown")),
    ],
)
def test_a_family_of_which_one_of_two_things_is_true(claims, answer):
    assert say(FAMILY, address={"city": "서울특별시"}, **claims) == answer


@pytest.mark.parametrize(
    ("kind", "since", "births", "answer"),
    [
        ("의료급여1종", "2026-06-30", ["1990-01-01", "2020-01-01"], (True, "eligible")),
        ("의료급여1종", "2026-07-01", ["2020-01-01"], (False, "insured_too_late")),
        ("건강보험", "2026-06-30", ["2020-01-01"], (False, "not_insured_so")),
        ("의료급여2종", "2026-06-30", ["2007-11-29"], (False, "no_minor")),
        ("의료급여2종", "2026-06-30", [], (False, "unknown")),
    ],
)
def test_somebody_on_medical_aid_with_a_minor(kind, since, births, answer):
    dependants = [{"birth_date": one} for one in births]
    assert say(HEALTH, insurance={"kind": kind, "since": since}, dependants=dependants) == answer


def test_a_decision_says_nothing_but_the_answer_and_the_rule():
    decided = decide(read_rule(YOUTH), {"address": {"city": "서울특별시"}, "birth_date": "2004-01-01"}, TODAY)
    assert decided == Decision(is_eligible=True, reason="eligible", rule="youth_transit", version=1)
    assert set(msgspec.structs.asdict(decided)) == {"is_eligible", "reason", "rule", "version"}


def test_a_rule_says_what_it_looks_at():
    assert list_claims(read_rule(FAMILY).condition) == (
        ("address", "city"),
        ("children",),
        ("is_single_parent",),
        ("is_suspended",),
    )


def test_a_claim_that_is_only_to_be_there():
    rule = {"name": "any", "version": 1, "condition": {"claim": ["licence"], "reason": "no_licence"}}
    assert say(rule, licence={"class": "1"}) == (True, "eligible")
    assert say(rule) == (False, "unknown")


@pytest.mark.parametrize(
    ("birth", "today", "years"),
    [
        ((2004, 2, 29), (2023, 2, 28), 18),
        ((2004, 2, 29), (2023, 3, 1), 19),
        ((2004, 2, 29), (2024, 2, 29), 20),
        ((2004, 12, 31), (2004, 12, 31), 0),
        ((2004, 1, 1), (2003, 12, 31), -1),
    ],
)
def test_ages_in_whole_years(birth, today, years):
    assert count_years(date(*birth), date(*today)) == years


@given(st.dates(date(1900, 1, 1), date(2020, 1, 1)), st.integers(0, 40_000))
def test_nobody_grows_younger(birth, days):
    on = birth + timedelta(days)
    assert 0 <= count_years(birth, on + timedelta(1)) - count_years(birth, on) <= 1


LEAVES = st.sampled_from("abcd").map(lambda name: {"claim": [name], "equals": True, "reason": f"no_{name}"})
CONDITIONS = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"all": parts})
        | st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"any": parts, "reason": "none"})
        | inner.map(lambda part: {"not": part, "reason": "it_is"})
    ),
    max_leaves=8,
)
CLAIMS = st.dictionaries(st.sampled_from("abcd"), st.booleans())


def judge(condition: dict, claims: dict[str, bool]) -> bool:
    """Return whether a condition holds where all its claims are known: plain logic, written another way."""
    if "all" in condition:
        return all(judge(one, claims) for one in condition["all"])
    if "any" in condition:
        return any(judge(one, claims) for one in condition["any"])
    return not judge(condition["not"], claims) if "not" in condition else claims[condition["claim"][0]]


@settings(max_examples=40)
@given(CONDITIONS, CLAIMS)
def test_what_is_decided_with_some_claims_stays_so_with_all_of_them(condition, some):
    rule = read_rule({"name": "r", "version": 1, "condition": condition})
    decided = decide(rule, some, TODAY)
    wholes = [{**dict.fromkeys("abcd", value), **some} for value in (True, False)]
    answers = {judge(condition, whole) for whole in wholes}
    if decided.is_eligible:
        assert answers == {True}
    elif decided.reason != "unknown":
        assert answers == {False}
    for whole in wholes:
        again = decide(rule, whole, TODAY)
        assert again.is_eligible == judge(condition, whole)
        assert again.reason != "unknown"


@given(CONDITIONS)
def test_nobody_is_eligible_who_shows_nothing(condition):
    decided = decide(read_rule({"name": "r", "version": 1, "condition": condition}), {}, TODAY)
    assert (decided.is_eligible, decided.reason) == (False, "unknown")


def rule(**changes: object) -> dict[str, object]:
    return {"name": "r", "version": 1, "condition": RESIDENT, **changes}


def nested(levels: int) -> dict[str, object]:
    return RESIDENT if not levels else {"all": [nested(levels - 1)]}


RULES = {
    "a list": [],
    "a member too many": rule(comment="x"),
    "no version": rule(version=None),
    "a version that is true": rule(version=True),
    "version zero": rule(version=0),
    "a name in capitals": rule(name="Youth"),
    "a name that ends in a line break": rule(name="youth\n"),
    "no condition": {"name": "r", "version": 1},
    "a condition that is a text": rule(condition="always"),
    "nothing in all": rule(condition={"all": []}),
    "all of a text": rule(condition={"all": "x"}),
    "all with a reason": rule(condition={"all": [RESIDENT], "reason": "x"}),
    "any without a reason": rule(condition={"any": [RESIDENT]}),
    "not without a reason": rule(condition={"not": RESIDENT}),
    "two conditions in one": rule(condition={"any": [RESIDENT], "not": RESIDENT, "reason": "x"}),
    "not into an array": rule(
        condition={"not": {"claim": ["nationalities", None], "equals": "KR", "reason": "x"}, "reason": "y"}
    ),
    "a check misspelt": rule(condition={"claim": ["a"], "age_form": 19, "reason": "x"}),
    "no claim": rule(condition={"equals": 1, "reason": "x"}),
    "a claim that is a text": rule(condition={"claim": "a", "reason": "x"}),
    "a claim without a reason": rule(condition={"claim": ["a"]}),
    "a reason that every rule has": rule(condition={"claim": ["a"], "reason": "eligible"}),
    "one of nothing": rule(condition={"claim": ["a"], "one_of": [], "reason": "x"}),
    "equal and one of": rule(condition={"claim": ["a"], "one_of": [1], "equals": 1, "reason": "x"}),
    "equal to a list": rule(condition={"claim": ["a"], "equals": [1], "reason": "x"}),
    "an age in words": rule(condition={"claim": ["a"], "age_from": "19", "reason": "x"}),
    "a day that isn't one": rule(condition={"claim": ["a"], "since": "2026-02-30", "reason": "x"}),
    "too deep": rule(condition=nested(17)),
}


@pytest.mark.parametrize("name", RULES)
def test_a_wrong_rule_is_refused(name):
    with pytest.raises(Refused) as refused:
        read_rule(RULES[name])
    assert refused.value.code == "rule.malformed"
