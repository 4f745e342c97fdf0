"""The cases that the SD-JWT specification's reference program is tried by, one by one by its names, with values of our own.

What it issued and its holder shows is read by us as the case expects, in the compact form and, as the cases of the JSON
serialization have it, flattened and general; so is what our own holder shows of it.
"""

from __future__ import annotations

import json
from typing import Any, NamedTuple

import pytest
from jwcrypto.jwk import JWK
from sd_jwt.common import SDObj
from sd_jwt.holder import SDJWTHolder
from sd_jwt.issuer import SDJWTIssuer

from madang.citizens.wallet.methods.key_binding import Binding
from madang.citizens.wallet.methods.sd_jwt import Rules, parse, present, verify_sd_jwt
from madang.citizens.wallet.methods.sd_jwt_json import write_compact

from .people import HOLDER_KEY, ISSUER_KEY, NONCE, VERIFIER, in_json

TYP = "dc+sd-jwt"


class Case(NamedTuple):
    """What is issued (SDObj: can be hidden), what the holder shows, what the verifier then knows."""

    claims: dict[str, Any]
    shown: dict[str, Any]
    expected: dict[str, Any]


ADDRESS = {"street": "세종대로 110", "locality": "중구", "region": "서울", "country": "KR"}
PERSON = {
    SDObj("sub"): "sim-7", SDObj("given_name"): "하나", SDObj("family_name"): "김", SDObj("email"): "hana@city.example",
    SDObj("phone_number"): "02-120", SDObj("address"): ADDRESS, SDObj("birthdate"): "1999-03-01",
}  # fmt: skip
KINDS = [None, 7, 2.5, "값", True, ["하나"], {"안": "밖"}]
NAMES = ("null", "42", "3.14", "이름", "True", '["한"]', '{"안": "밖"}')
CASES = {
    "array_data_types": Case(
        {"kinds": [SDObj(one) for one in KINDS]}, {"kinds": [True] * len(KINDS)}, {"kinds": KINDS}
    ),
    "array_full_sd": Case(
        {"is_over": {SDObj("14"): True, SDObj("19"): False, SDObj("65"): False}},
        {"is_over": {"65": False, "19": True, "14": False}},
        {"is_over": {"19": False}},
    ),
    "array_in_sd": Case({SDObj("list"): [5, 8]}, {"list": True}, {"list": [5, 8]}),
    "array_nested_in_plain": Case(
        {"nested": [[SDObj("가"), SDObj("나")], [SDObj("다"), SDObj("라")]]},
        {"nested": [[True, False], [False, True]]},
        {"nested": [["가"], ["라"]]},
    ),
    "array_none_disclosed": Case(
        {"is_over": {SDObj("14"): False, SDObj("19"): True, SDObj("65"): False}},
        {"is_over": {"65": False}},
        {"is_over": {}},
    ),
    "array_of_nulls": Case(
        {"nothing": [None, SDObj(None), SDObj(None), None]}, {}, {"nothing": [None, None]}
    ),
    "array_of_objects": Case(
        {"addresses": [ADDRESS, SDObj(ADDRESS | {"street": "을지로 1"})], "one": [{SDObj("foo"): "bar"}]},
        {"addresses": [None, True], "one": [{"foo": True}]},
        {"addresses": [ADDRESS, ADDRESS | {"street": "을지로 1"}], "one": [{"foo": "bar"}]},
    ),
    "array_of_scalars": Case(
        {"nationalities": [SDObj("KR"), SDObj("FR"), "VN"]},
        {"nationalities": [False, True]},
        {"nationalities": ["FR", "VN"]},
    ),
    "array_recursive_sd": Case(
        {
            "recursive": ["plain", SDObj({"a": "b", SDObj("c"): {"d": "e"}}), [SDObj("f"), SDObj("g")]],
            "other": [SDObj("h"), SDObj("i")],
        },
        {},
        {"recursive": ["plain", []], "other": []},
    ),
    "object_data_types": Case(
        {
            "values": {SDObj(f"v{n}"): one for n, one in enumerate(KINDS)},
            "names": {SDObj(n): n for n in NAMES},
        },
        {"values": {f"v{n}": True for n in range(len(KINDS))}, "names": dict.fromkeys(NAMES, True)},
        {"values": {f"v{n}": one for n, one in enumerate(KINDS)}, "names": {n: n for n in NAMES}},
    ),
    "recursions": Case(
        {
            "foo": [SDObj("one"), SDObj("two")],
            "bar": {SDObj("red"): 1, SDObj("green"): 2},
            "qux": [SDObj([SDObj("blue"), SDObj("yellow")])],
            "baz": [SDObj([SDObj("orange"), SDObj("purple")]), SDObj([SDObj("black"), SDObj("white")])],
            "animals": {
                SDObj("magpie"): {SDObj("name"): "까치", SDObj("age"): 1},
                SDObj("crane"): {SDObj("name"): "두루미", SDObj("age"): 2},
            },
        },
        {
            "foo": [False, True],
            "bar": {"red": False, "green": True},
            "qux": [[False, True]],
            "baz": [[False, True], [True, True]],
            "animals": {"magpie": {"name": False, "age": True}, "crane": {"name": False, "age": True}},
        },
        {
            "foo": ["two"],
            "bar": {"green": 2},
            "qux": [["yellow"]],
            "baz": [["purple"], ["black", "white"]],
            "animals": {"magpie": {"age": 1}, "crane": {"age": 2}},
        },
    ),
    "key_binding": Case(
        PERSON,
        {"given_name": True, "family_name": True, "address": True},
        {"given_name": "하나", "family_name": "김", "address": ADDRESS},
    ),
}


def as_jwk(key: Any, *, private: bool) -> JWK:
    return JWK.from_json(json.dumps(key.as_dict(private=private)))


@pytest.mark.parametrize("form", ["compact", "flattened", "general"])
@pytest.mark.parametrize("decoys", [False, True], ids=["plain", "decoys"])
@pytest.mark.parametrize("name", CASES)
def test_what_the_reference_holder_shows_is_read_as_the_case_expects(
    name: str,
    decoys: bool,  # noqa: FBT001
    form: str,
):
    case = CASES[name]
    issuer = SDJWTIssuer(
        case.claims,
        as_jwk(ISSUER_KEY, private=True),
        as_jwk(HOLDER_KEY, private=False),
        add_decoy_claims=decoys,
        extra_header_parameters={"typ": TYP, "kid": 42},  # the case `header_mod`
    )
    holder = SDJWTHolder(issuer.sd_jwt_issuance)
    holder.create_presentation(case.shown, NONCE, VERIFIER, as_jwk(HOLDER_KEY, private=True))
    binding = Binding(audience=VERIFIER, nonce=NONCE, now=holder.key_binding_jwt_payload["iat"])
    text = holder.sd_jwt_presentation
    shown = parse(text if form == "compact" else write_compact(in_json(text, form)))
    said = verify_sd_jwt(shown, ISSUER_KEY, Rules(typ=TYP, binding=binding))
    said.claims.pop("cnf")
    assert said.claims == case.expected
    # Our own holder, who was given the same, shows the same places.
    held = parse(issuer.sd_jwt_issuance)
    again = verify_sd_jwt(present(held, _list_shown(case.shown)), ISSUER_KEY, Rules(typ=TYP))
    again.claims.pop("cnf")
    assert again.claims == case.expected


def _list_shown(shown: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Return the paths to what is shown, into the claims as their holder keeps them."""
    if shown is True:
        return [path]
    steps = shown.items() if isinstance(shown, dict) else enumerate(shown) if isinstance(shown, list) else ()
    return [found for step, inner in steps for found in _list_shown(inner, (*path, step))]
