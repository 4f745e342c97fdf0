"""SD-JWT against the published messages, the reference program and its own laws."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from joserfc.jwk import ECKey, OKPKey, import_key
from jwcrypto.jwk import JWK
from sd_jwt.common import SDObj
from sd_jwt.holder import SDJWTHolder
from sd_jwt.issuer import SDJWTIssuer
from sd_jwt.verifier import SDJWTVerifier

from madang.citizens.wallet.methods.claim_paths import covers, leads_to, select
from madang.citizens.wallet.methods.disclosures import DIGESTS, digest, read_disclosure
from madang.citizens.wallet.methods.key_binding import Binding, Proof
from madang.citizens.wallet.methods.refusals import Refused
from madang.citizens.wallet.methods.sd_jwt import (
    TILDE,
    Rules,
    SdJwt,
    issue,
    open_all,
    parse,
    present,
    verify_sd_jwt,
)
from madang.citizens.wallet.methods.sd_jwt_json import write_compact
from madang.citizens.wallet.methods.signatures import peek

from . import published as rfc
from .people import HOLDER_KEY, ISSUER_KEY, NONCE, NOW, VERIFIER

TYP = "example+sd-jwt"
BINDING = Binding(audience=VERIFIER, nonce=NONCE, now=NOW)
PROOF = Proof(key=HOLDER_KEY, audience=VERIFIER, nonce=NONCE, issued_at=NOW)
CNF = {"jwk": HOLDER_KEY.as_dict(private=False)}


def test_the_published_presentation_is_verified():
    shown = [rfc.RFC9901_DISCLOSURES[index] for index in rfc.RFC9901_SHOWN]
    text = TILDE.join([rfc.RFC9901_MESSAGE, *shown, rfc.RFC9901_KEY_BINDING])
    binding = Binding(audience="https://verifier.example.org", nonce="1234567890", now=rfc.RFC9901_BOUND_AT)
    said = verify_sd_jwt(parse(text), import_key(rfc.RFC9901_ISSUER), Rules(typ=TYP, binding=binding))
    assert said.claims.pop("cnf")["jwk"]["crv"] == "P-256"
    assert said.claims == {
        "iss": "https://issuer.example.com",
        "iat": 1683000000,
        "exp": 1883000000,
        "sub": "user_42",
        "nationalities": ["US"],
        "given_name": "John",
        "family_name": "Doe",
        "address": {
            "street_address": "123 Main St", "locality": "Anytown", "region": "Anystate", "country": "US",
        },
    }  # fmt: skip


@pytest.mark.parametrize("said", [rfc.RFC9901_FLATTENED, rfc.RFC9901_GENERAL], ids=["flattened", "general"])
def test_the_published_presentations_in_json_are_verified(said):
    binding = Binding(audience="https://verifier.example.org", nonce="1234567890", now=rfc.RFC9901_BOUND_AT)
    read = verify_sd_jwt(
        parse(write_compact(said)), import_key(rfc.RFC9901_ISSUER), Rules(typ=TYP, binding=binding)
    )
    del read.claims["cnf"]
    assert read.claims == {
        "iss": "https://issuer.example.com",
        "iat": 1683000000,
        "exp": 1883000000,
        "family_name": "Doe",
        "given_name": "John",
    }


FLAT, WHOLE = rfc.RFC9901_FLATTENED, rfc.RFC9901_GENERAL
FIRST, SECOND = WHOLE["signatures"]
NOT_IN_JSON = {
    "a list": [FLAT],
    "a number": 7,
    "nothing": None,
    "an empty object": {},
    "no payload": {name: value for name, value in FLAT.items() if name != "payload"},
    "a payload that is an object": FLAT | {"payload": {}},
    "two messages in the payload": FLAT | {"payload": f"{FLAT['payload']}.{FLAT['payload']}"},
    "a tilde in the signature": FLAT | {"signature": f"{FLAT['signature']}~"},
    "a line break at the end": FLAT | {"signature": f"{FLAT['signature']}\n"},
    "no protected header": {name: value for name, value in FLAT.items() if name != "protected"},
    "flattened and general": FLAT | {"signatures": [FIRST]},
    "signatures of nobody": WHOLE | {"signatures": []},
    "signatures without end": WHOLE | {"signatures": [FIRST] + [SECOND] * 16},
    "a signature that is a text": WHOLE | {"signatures": [FIRST["signature"]]},
    "disclosures beside the second": WHOLE
    | {"signatures": [FIRST, SECOND | {"header": {"disclosures": []}}]},
    "a key binding beside the second": WHOLE | {"signatures": [FIRST, SECOND | {"header": {"kb_jwt": "x"}}]},
    "disclosures as an earlier draft had them": FLAT | {"disclosures": FLAT["header"]["disclosures"]},
    "two disclosures in one": FLAT | {"header": {"disclosures": ["~".join(FLAT["header"]["disclosures"])]}},
    "a disclosure that is a number": FLAT | {"header": {"disclosures": [7]}},
    "disclosures in one text": FLAT | {"header": {"disclosures": "~".join(FLAT["header"]["disclosures"])}},
    "a key binding that is an object": FLAT | {"header": {"kb_jwt": {}}},
    "a disclosure in the key binding": FLAT | {"header": {"kb_jwt": f"x~{FLAT['header']['kb_jwt']}"}},
}


@pytest.mark.parametrize("name", NOT_IN_JSON)
def test_what_is_no_sd_jwt_in_json_is_refused(name):
    with pytest.raises(Refused) as refused:
        write_compact(NOT_IN_JSON[name])
    assert refused.value.code == "credential.malformed"


def test_the_published_disclosures_have_the_published_digests():
    assert digest(rfc.RFC9901_DISCLOSURES[5], "sha-256") == "XzFrzwscM6Gn6CJDc6vVK8BkMnfG8vOSKfpPIZdAfdE"
    assert digest(rfc.RFC9901_DISCLOSURES[8], "sha-256") == "pFndjkZ_VCzmyTa6UjlZo3dh-ko8aIKQc9DlGzhaVYo"
    named = read_disclosure("WyI2cU1RdlJMNWhhaiIsICJmYW1pbHlfbmFtZSIsICJNw7ZiaXVzIl0")
    assert (named.name, named.value) == ("family_name", "Möbius")
    assert digest(named.text, "sha-256") == "uutlBuYeMDyjLLTpf6Jxi7yNkEF35jdyWMn9U7b_RYY"


def test_everything_the_published_holder_keeps_is_opened():
    held = parse(TILDE.join([rfc.RFC9901_MESSAGE, *rfc.RFC9901_DISCLOSURES, ""]))
    claims = open_all(held).claims
    assert claims["nationalities"] == ["US", "DE"]
    assert claims["updated_at"] == 1570000000


CLAIMS = {
    "iss": "https://issuer.example.com",
    "a": {"b": {"c": 1, "d": [1, [2, {"e": None}], "세"]}, "f": "x"},
    "g": [True, {"h": 1.5}],
    "cnf": CNF,
}
HIDDEN = (("a",), ("a", "b"), ("a", "b", "c"), ("a", "b", "d", 1), ("a", "b", "d", 1, 1), ("g", None))


def test_nested_disclosures_bring_what_leads_to_them_and_nothing_beside_them():
    held = issue(CLAIMS, HIDDEN, {"typ": TYP}, ISSUER_KEY)
    assert "a" not in peek(held.message, "credential").claims
    shown = present(held, [("a", "b", "d", 1, 0), ("g", 1)], PROOF)
    said = verify_sd_jwt(parse(shown.text), ISSUER_KEY, Rules(typ=TYP, binding=BINDING))
    assert said.claims["a"] == {"b": {"d": [1, [2], "세"]}, "f": "x"}
    assert said.claims["g"] == [{"h": 1.5}]
    assert set(said.shown) == {("a",), ("a", "b"), ("a", "b", "d", 1), ("g", 0)}
    assert said.proof["nonce"] == NONCE


def test_a_path_that_points_at_nothing_is_an_error_for_issuer_and_holder():
    held = issue(CLAIMS, HIDDEN, {"typ": TYP}, ISSUER_KEY)
    for path in (("zz",), ("a", 0), ("g", 7), ()):
        with pytest.raises(ValueError, match="nothing|isn't"):
            issue(CLAIMS, [path], {"typ": TYP}, ISSUER_KEY)
    with pytest.raises(ValueError, match="nothing"):
        present(held, [("zz",)])


@pytest.mark.parametrize("name", ["_sd", "...", "_sd_alg"])
def test_reserved_names_are_never_claims(name):
    with pytest.raises(ValueError, match="may be named"):
        issue({"x": [{name: 1}]}, [], {"typ": TYP}, ISSUER_KEY)


def test_the_holders_key_is_never_hidden():
    with pytest.raises(ValueError, match="never hidden"):
        issue(CLAIMS, [("cnf", "jwk")], {"typ": TYP}, ISSUER_KEY)


def test_decoys_look_like_digests_and_belong_to_nothing():
    held = issue(CLAIMS, HIDDEN, {"typ": TYP}, ISSUER_KEY, decoys=3)
    payload = peek(held.message, "credential").claims
    assert len(payload[DIGESTS]) == 1 + 3
    assert payload[DIGESTS] == sorted(payload[DIGESTS])
    assert len(payload["g"]) == 2 + 3
    assert open_all(held).claims == CLAIMS


@pytest.mark.parametrize("hash_algorithm", ["sha-256", "sha-384", "sha-512"])
@pytest.mark.parametrize(
    ("algorithm", "key"),
    [
        ("ES256", ECKey.generate_key("P-256")),
        ("ES384", ECKey.generate_key("P-384")),
        ("Ed25519", OKPKey.generate_key("Ed25519")),
    ],
)
def test_every_algorithm_works_for_issuer_and_holder(hash_algorithm, algorithm, key):
    claims = {**CLAIMS, "cnf": {"jwk": key.as_dict(private=False)}}
    held = issue(claims, HIDDEN, {"typ": TYP, "alg": algorithm}, key, hash_algorithm=hash_algorithm)
    proof = Proof(key=key, audience=VERIFIER, nonce=NONCE, issued_at=NOW, algorithm=algorithm)
    shown = present(held, [("a",), ("g", None)], proof)
    said = verify_sd_jwt(parse(shown.text), import_key(claims["cnf"]["jwk"]), Rules(typ=TYP, binding=BINDING))
    assert said.claims == claims


# The reference program (`sd-jwt`) on ours, and we on its.


def test_the_reference_program_verifies_our_presentation():
    held = issue(CLAIMS, HIDDEN, {"typ": TYP}, ISSUER_KEY, decoys=2)
    shown = present(held, [("a", "b"), ("g", 0)], PROOF)
    key = JWK.from_json(json.dumps(ISSUER_KEY.as_dict(private=False)))
    theirs = SDJWTVerifier(shown.text, lambda *_: key, VERIFIER, NONCE).get_verified_payload()
    assert theirs == {**CLAIMS, "g": [True]}
    assert theirs == verify_sd_jwt(shown, ISSUER_KEY, Rules(typ=TYP, binding=BINDING)).claims


def test_the_reference_program_presents_what_we_issued():
    held = issue(CLAIMS, HIDDEN, {"typ": TYP}, ISSUER_KEY)
    holder = SDJWTHolder(held.text)
    holder.create_presentation(
        {"a": {"b": {"c": True}}},
        NONCE,
        VERIFIER,
        JWK.from_json(json.dumps(HOLDER_KEY.as_dict(private=True))),
    )
    binding = Binding(audience=VERIFIER, nonce=NONCE, now=holder.key_binding_jwt_payload["iat"])
    said = verify_sd_jwt(parse(holder.sd_jwt_presentation), ISSUER_KEY, Rules(typ=TYP, binding=binding))
    assert said.claims["a"] == {"b": {"c": 1, "d": [1, "세"]}, "f": "x"}


CASES = {
    "array of scalars": {SDObj("data_types"): [1, "two", None, True, 2.5]},
    "array elements": {"nationalities": [SDObj("US"), SDObj("DE"), "KR"]},
    "array in array": {"array": [SDObj([SDObj("foo"), SDObj("bar")]), [SDObj(1), [SDObj(None)]]]},
    "objects in array": {
        "addresses": [SDObj({SDObj("street"): "X", "no": {SDObj("n"): 1}}), {"street": "Y"}]
    },
    "recursion": {SDObj("foo"): {SDObj("bar"): {SDObj("baz"): [SDObj("q")]}}},
    "empty": {SDObj("o"): {}, SDObj("l"): [], SDObj(""): "", "x": [SDObj(None)]},
    "nothing hidden": {"a": 1},
}


def unwrap(claims):
    if isinstance(claims, dict):
        return {getattr(name, "value", name): unwrap(inner) for name, inner in claims.items()}
    if isinstance(claims, list):
        return [unwrap(getattr(one, "value", one)) for one in claims]
    return claims


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("decoys", [False, True])
def test_we_verify_what_the_reference_program_issued(name, decoys):
    key = JWK.from_json(json.dumps(ISSUER_KEY.as_dict(private=True)))
    theirs = SDJWTIssuer(CASES[name], key, add_decoy_claims=decoys)
    held = parse(theirs.sd_jwt_issuance)
    said = verify_sd_jwt(held, ISSUER_KEY, Rules(typ=TYP))
    said.claims.pop("cnf", None)
    assert said.claims == unwrap(CASES[name])
    nothing = verify_sd_jwt(present(held, []), ISSUER_KEY, Rules(typ=TYP))
    assert nothing.shown == ()


# Laws.

NAMES = st.text(max_size=6).filter(
    lambda name: name not in {"_sd", "...", "_sd_alg", "cnf"} and name.isprintable()
)
SCALARS = (
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=8) | st.floats(-1e9, 1e9)
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=12,
)
CLAIM_SETS = st.dictionaries(NAMES, VALUES, min_size=1, max_size=4)


def list_places(value, place=()):
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, one in inner:
        yield (*place, step)
        yield from list_places(one, (*place, step))


def show_only(value, hidden, shown, place=()):
    """Return what remains of claims where hidden places vanish unless they are shown: written another way."""
    if isinstance(value, dict):
        return {
            name: show_only(inner, hidden, shown, (*place, name))
            for name, inner in value.items()
            if (*place, name) not in hidden or (*place, name) in shown
        }
    if isinstance(value, list):
        return [
            show_only(inner, hidden, shown, (*place, index))
            for index, inner in enumerate(value)
            if (*place, index) not in hidden or (*place, index) in shown
        ]
    return value


@settings(max_examples=24, deadline=None)
@given(st.data(), CLAIM_SETS, st.integers(0, 3))
def test_whatever_is_hidden_and_shown_the_verifier_sees_that_and_no_more(data, claims, decoys):
    places = list(list_places(claims))
    hidden = data.draw(st.lists(st.sampled_from(places), unique=True, max_size=6))
    wanted = data.draw(st.lists(st.sampled_from(places), unique=True, max_size=4))
    held = issue(claims, hidden, {"typ": TYP}, ISSUER_KEY, decoys=decoys)
    assert open_all(held).claims == claims
    shown = present(parse(held.text), wanted)
    said = verify_sd_jwt(parse(shown.text), ISSUER_KEY, Rules(typ=TYP))
    visible = {one for one in hidden if any(covers(p, one) or leads_to(p, one) for p in wanted)}
    assert said.claims == show_only(claims, set(hidden), visible)
    assert len(said.shown) == len(shown.disclosures) == len(visible)


@settings(max_examples=20, deadline=None)
@given(CLAIM_SETS)
def test_hidden_values_are_not_in_the_issuers_message(claims):
    held = issue({"w": claims}, [("w",)], {"typ": TYP}, ISSUER_KEY)
    assert peek(held.message, "credential").claims.keys() == {DIGESTS, "_sd_alg"}
    assert present(held, []).disclosures == ()


@settings(max_examples=20, deadline=None)
@given(CLAIM_SETS)
def test_every_place_is_selected_by_its_own_path(claims):
    for place in list_places(claims):
        assert [found for found, _ in select(claims, place)] == [place]
        assert covers(place, place)
        assert leads_to(place, place)


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=200))
def test_any_text_is_read_or_refused_and_nothing_else(text):
    try:
        assert isinstance(parse(text), SdJwt)
    except ValueError as error:
        assert hasattr(error, "code")
