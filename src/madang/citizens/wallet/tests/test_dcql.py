"""DCQL: what a query asks for is what is matched and shown, and an answer holds that and no more."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from madang.citizens.wallet.methods.claim_paths import is_path, select
from madang.citizens.wallet.methods.dcql import Candidate, Held, check_answer, match
from madang.citizens.wallet.methods.queries import Query, read_query
from madang.citizens.wallet.methods.refusals import Refused
from madang.citizens.wallet.methods.sd_jwt import open_all, parse, present

from .people import CONTENT, KIND, issued, proof, verified

TUITION = "https://seoul.example/tuition"
REGISTER = Held(
    id="r1", kind=KIND, claims=CONTENT, authorities=frozenset({("aki", "s9tIpPmhxdiuNkHMEWNpYim8S8Y")})
)
PAID = Held(id="t1", kind=TUITION, claims={"year": 2026, "paid": True, "school": "서울대"})


def ask(**changes: object) -> dict[str, object]:
    asked = {
        "id": "register",
        "format": "dc+sd-jwt",
        "meta": {"vct_values": [KIND]},
        "claims": [{"path": ["name"]}, {"path": ["address", "district"]}],
        **changes,
    }
    return {name: value for name, value in asked.items() if value is not ...}


def read(*credentials: dict[str, object], sets: object = None) -> Query:
    return read_query({"credentials": list(credentials), **({"credential_sets": sets} if sets else {})})


SPECIMEN = {
    "name": "Arthur Dent",
    "address": {"street_address": "42 Market Street", "locality": "Milliways", "postal_code": "12345"},
    "degrees": [
        {"type": "Bachelor of Science", "university": "University of Betelgeuse"},
        {"type": "Master of Science", "university": "University of Betelgeuse"},
    ],
    "nationalities": ["British", "Betelgeusian"],
}


@pytest.mark.parametrize(
    ("path", "values"),
    [
        (["name"], ["Arthur Dent"]),
        (["address"], [SPECIMEN["address"]]),
        (["address", "street_address"], ["42 Market Street"]),
        (["degrees", None, "type"], ["Bachelor of Science", "Master of Science"]),
        (["nationalities", 1], ["Betelgeusian"]),
        (["nationalities", 2], []),
        (["nickname"], []),
    ],
)
def test_the_published_paths(path, values):
    """The examples of OpenID4VP 1.0, section 7.3."""
    assert [value for _, value in select(SPECIMEN, path)] == values


@pytest.mark.parametrize("path", [["name", "x"], ["name", 0], ["address", None], ["degrees", "type"]])
def test_a_path_that_takes_one_thing_for_another_is_an_error(path):
    with pytest.raises(ValueError, match="isn't"):
        select(SPECIMEN, path)


@pytest.mark.parametrize("path", [[], ["a", -1], ["a", True], ["a", 1.0], "a", None, [["a"]]])
def test_what_isnt_a_path(path):
    assert not is_path(path)


def test_claims_that_are_asked_for_are_shown():
    found = match(read(ask()), [PAID, REGISTER])
    assert found.candidates == {"register": (Candidate("r1", (("name",), ("address", "district"))),)}
    assert found.options == ((("register",),),)
    assert found.is_complete


@pytest.mark.parametrize(
    "changes",
    [
        {"format": "mso_mdoc"},
        {"meta": {"vct_values": [TUITION]}},
        {"claims": [{"path": ["name"]}, {"path": ["height"]}]},
        {"claims": [{"path": ["name"], "values": ["김부산"]}]},
        {"claims": [{"path": ["name", "first"]}]},
        {"claims": [{"path": ["nationalities", 2]}]},
        {"trusted_authorities": [{"type": "aki", "values": ["x"]}, {"type": "etsi_tl", "values": ["y"]}]},
    ],
)
def test_a_certificate_that_isnt_as_asked_for_doesnt_match(changes):
    found = match(read(ask(**changes)), [REGISTER])
    assert (found.candidates, found.options, found.is_complete) == ({"register": ()}, ((),), False)


@pytest.mark.parametrize(
    "changes",
    [
        {"meta": {}},
        {"meta": {"vct_values": [TUITION, KIND]}},
        {"claims": [{"path": ["name"], "values": ["김부산", "김서울"]}]},
        {"claims": [{"path": ["nationalities", None], "values": ["US"]}]},
        {"trusted_authorities": [{"type": "aki", "values": ["x", "s9tIpPmhxdiuNkHMEWNpYim8S8Y"]}]},
        {"unknown_to_us": 1},
    ],
)
def test_a_certificate_that_is_as_asked_for_matches(changes):
    assert match(read(ask(**changes)), [REGISTER]).is_complete


def test_values_match_by_type_and_value():
    for values, is_match in (([2026], True), (["2026"], False), ([True], False)):
        query = read(ask(meta={"vct_values": [TUITION]}, claims=[{"path": ["year"], "values": values}]))
        assert match(query, [PAID]).is_complete is is_match


def test_a_claim_that_is_asked_for_twice_is_shown_once():
    query = read(ask(claims=[{"path": ["name"]}, {"path": ["name"]}]))
    assert match(query, [REGISTER]).candidates["register"][0].paths == (("name",),)


def test_an_issuer_can_be_asked_for_by_value():
    query = read(ask(claims=[{"path": ["iss"], "values": ["https://seoul.example/issuer"]}]))
    said = verified(present(issued(), [("iss",)], proof()).text)
    check_answer(query, {"register": [Held(id="", kind=said.kind, claims=said.claims, shown=said.shown)]})


def test_without_claims_nothing_is_shown():
    assert match(read(ask(claims=...)), [REGISTER]).candidates["register"] == (Candidate("r1", ()),)


def test_the_verifiers_favourite_that_can_be_answered_is_shown():
    query = read(
        ask(
            claims=[
                {"id": "adult", "path": ["is_adult"]},
                {"id": "birth", "path": ["birth_date"]},
                {"id": "name", "path": ["name"]},
            ],
            claim_sets=[["adult"], ["name", "birth"], ["name"]],
        )
    )
    assert match(query, [REGISTER]).candidates["register"][0].paths == (("name",), ("birth_date",))
    older = msgspec.structs.replace(REGISTER, claims={**CONTENT, "is_adult": True})
    assert match(query, [older]).candidates["register"][0].paths == (("is_adult",),)


def test_an_unbound_certificate_answers_only_who_asks_for_no_proof():
    unbound = msgspec.structs.replace(REGISTER, can_be_bound=False)
    assert not match(read(ask()), [unbound]).is_complete
    assert match(read(ask(require_cryptographic_holder_binding=False)), [unbound]).is_complete


def test_sets_are_alternatives_and_may_be_optional():
    tuition = ask(id="tuition", meta={"vct_values": [TUITION]}, claims=[{"path": ["paid"]}])
    sets = [
        {"options": [["register", "tuition"], ["register"]]},
        {"options": [["tuition"]], "required": False},
    ]
    query = read(ask(), tuition, sets=sets)
    assert match(query, [REGISTER, PAID]).options == (
        (("register", "tuition"), ("register",)),
        (("tuition",),),
    )
    assert match(query, [REGISTER]).options == ((("register",),), ())
    assert match(query, [REGISTER]).is_complete
    assert not match(query, [PAID]).is_complete
    assert not match(read(ask(), tuition), [REGISTER]).is_complete


def test_from_query_to_presentation_to_answer():
    query = read(ask(claims=[{"path": ["address", "district"]}, {"path": ["nationalities", 1]}]))
    held = issued()
    found = match(query, [Held(id="r1", kind=KIND, claims=open_all(held).claims)])
    shown = present(held, found.candidates["register"][0].paths, proof())
    said = verified(parse(shown.text).text)
    assert said.content == {
        "address": {"city": "서울특별시", "district": "마포구", "lines": []},
        "nationalities": ["US"],
    }
    answer = Held(id="", kind=said.kind, claims=said.claims, shown=said.shown, can_be_bound=said.is_bound)
    check_answer(query, {"register": [answer]})


QUERY = read(
    ask(), ask(id="second", claims=[{"path": ["nationalities", None]}]), sets=[{"options": [["register"]]}]
)
SHOWN = msgspec.structs.replace(REGISTER, shown=(("name",), ("address",), ("address", "district")))
ANSWERS = {
    "nothing": ({}, "missing"),
    "none of it": ({"register": []}, "missing"),
    "another purpose only": ({"second": [REGISTER]}, "missing"),
    "an id that wasn't asked for": ({"register": [SHOWN], "third": [SHOWN]}, "unasked"),
    "two for one": ({"register": [SHOWN, SHOWN]}, "unasked"),
    "another kind": ({"register": [PAID]}, "unsatisfied"),
    "no proof": ({"register": [msgspec.structs.replace(SHOWN, can_be_bound=False)]}, "unsatisfied"),
    "a claim kept back": (
        {"register": [msgspec.structs.replace(SHOWN, claims={"name": "김서울"})]},
        "unsatisfied",
    ),
    "a claim nobody asked for": (
        {"register": [msgspec.structs.replace(SHOWN, shown=(*SHOWN.shown, ("birth_date",)))]},
        "unasked",
    ),
    "a claim beside the one asked for": (
        {"register": [msgspec.structs.replace(SHOWN, shown=(("address", "city"),))]},
        "unasked",
    ),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_a_wrong_answer_is_refused_for_its_own_reason(name):
    answer, reason = ANSWERS[name]
    with pytest.raises(Refused) as refused:
        check_answer(QUERY, answer)
    assert refused.value.code == f"answer.{reason}", refused.value.detail


def test_a_right_answer_passes():
    check_answer(QUERY, {"register": [SHOWN]})
    other = msgspec.structs.replace(REGISTER, shown=(("nationalities", 0),))
    check_answer(QUERY, {"register": [SHOWN], "second": [other]})
    several = read(ask(multiple=True))
    check_answer(several, {"register": [SHOWN, SHOWN]})


QUERIES = {
    "a list": ([], "malformed"),
    "no certificates": ({}, "malformed"),
    "an empty list": ({"credentials": []}, "malformed"),
    "a text for a certificate": ({"credentials": ["register"]}, "malformed"),
    "no id": ({"credentials": [ask(id=...)]}, "malformed"),
    "an id with a space": ({"credentials": [ask(id="a b")]}, "malformed"),
    "an id that ends in a line break": ({"credentials": [ask(id="a\n")]}, "malformed"),
    "no meta": ({"credentials": [ask(meta=...)]}, "malformed"),
    "no format": ({"credentials": [ask(format=...)]}, "malformed"),
    "kinds that aren't texts": ({"credentials": [ask(meta={"vct_values": [1]})]}, "malformed"),
    "no kinds": ({"credentials": [ask(meta={"vct_values": []})]}, "malformed"),
    "empty claims": ({"credentials": [ask(claims=[])]}, "malformed"),
    "a path that is a text": ({"credentials": [ask(claims=[{"path": "name"}])]}, "malformed"),
    "an empty path": ({"credentials": [ask(claims=[{"path": []}])]}, "malformed"),
    "an index below zero": ({"credentials": [ask(claims=[{"path": ["a", -1]}])]}, "malformed"),
    "empty values": ({"credentials": [ask(claims=[{"path": ["a"], "values": []}])]}, "malformed"),
    "values that are lists": ({"credentials": [ask(claims=[{"path": ["a"], "values": [[]]}])]}, "malformed"),
    "sets without claims": ({"credentials": [ask(claims=..., claim_sets=[["a"]])]}, "reference"),
    "sets of claims without ids": (
        {"credentials": [ask(claims=[{"path": ["a"]}, {"path": ["b"], "id": "b"}], claim_sets=[["b"]])]},
        "malformed",
    ),
    "an empty set": ({"credentials": [ask(claim_sets=[[]])]}, "malformed"),
    "a flag that is a text": ({"credentials": [ask(multiple="yes")]}, "malformed"),
    "authorities without values": (
        {"credentials": [ask(trusted_authorities=[{"type": "aki"}])]},
        "malformed",
    ),
    "a set without options": ({"credentials": [ask()], "credential_sets": [{}]}, "malformed"),
    "a set of nobody knows what": (
        {"credentials": [ask()], "credential_sets": [{"options": [["other"]]}]},
        "reference",
    ),
    "an id twice": ({"credentials": [ask(), ask()]}, "repeated"),
    "a claim's id twice": (
        {"credentials": [ask(claims=[{"path": ["a"], "id": "x"}, {"path": ["b"], "id": "x"}])]},
        "repeated",
    ),
}


@pytest.mark.parametrize("name", QUERIES)
def test_a_wrong_query_is_refused_for_its_own_reason(name):
    said, reason = QUERIES[name]
    with pytest.raises(Refused) as refused:
        read_query(said)
    assert refused.value.code == f"query.{reason}", refused.value.detail


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from(["register", "name", "a b", ""]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["credentials", "credential_sets", "id", "format", "claims", "path", "options", "meta"]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


@settings(max_examples=40, deadline=None)
@given(JSON)
def test_any_json_is_read_or_refused_and_nothing_else(said):
    try:
        assert isinstance(match(read_query(said), [REGISTER, PAID]).is_complete, bool)
    except Refused as refused:
        assert refused.code.startswith("query.")
