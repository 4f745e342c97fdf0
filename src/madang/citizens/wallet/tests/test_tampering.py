"""Whatever a holder, a stranger or a careless issuer changes in a presentation, it is refused for just that."""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable, Mapping
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from joserfc import jws
from joserfc.jwk import ECKey

from madang.citizens.wallet.methods.credential import NEVER_HIDDEN
from madang.citizens.wallet.methods.disclosures import digest as hash_text
from madang.citizens.wallet.methods.disclosures import make_disclosure, read_disclosure
from madang.citizens.wallet.methods.key_binding import make_key_binding
from madang.citizens.wallet.methods.messages import encode, write
from madang.citizens.wallet.methods.refusals import Refused
from madang.citizens.wallet.methods.sd_jwt import SdJwt, present
from madang.citizens.wallet.methods.signatures import peek, sign

from .people import (
    DAY,
    HOLDER_KEY,
    ISSUER_KEY,
    NONCE,
    NOW,
    OTHER_KEY,
    STATUS,
    TYPE,
    issued,
    presented,
    proof,
    verified,
)

HELD = issued()
HONEST = present(HELD, [("name",), ("address", "district"), ("nationalities", 0)], proof())
MESSAGE = peek(HONEST.message, "credential")
NAME = next(one for one in HONEST.disclosures if one.name == "name")
BIRTH = next(one for one in HELD.disclosures if one.name == "birth_date")
ELEMENT = next(one for one in HONEST.disclosures if one.name is None)


def test_the_honest_presentation_is_verified():
    said = verified(HONEST.text)
    assert said.content == {
        "name": "김서울",
        "address": {"city": "서울특별시", "district": "마포구", "lines": []},
        "nationalities": ["KR"],
    }
    assert (said.is_bound, said.status) == (True, STATUS)


def reissued(change: Callable[[dict[str, Any]], object], header: Mapping[str, Any] | None = None) -> SdJwt:
    """Return the presentation with another message, signed by the true issuer and bound by the true holder."""
    claims = json.loads(json.dumps(MESSAGE.claims))
    change(claims)
    message = sign(claims, {**MESSAGE.header, **(header or {})}, ISSUER_KEY)
    return rebound(msgspec.structs.replace(HONEST, message=message))


def rebound(shown: SdJwt, **changes: object) -> SdJwt:
    """Return a presentation that its holder signs anew."""
    return msgspec.structs.replace(
        shown, key_binding=make_key_binding(shown.presented, proof(**changes), "sha-256")
    )


def said_anew(
    claims: Mapping[str, Any], header: Mapping[str, Any] | None = None, key: Any = HOLDER_KEY
) -> SdJwt:
    """Return the presentation with a key binding that says something else or is signed by another."""
    said = peek(HONEST.key_binding, "key_binding")
    merged = {name: value for name, value in {**said.claims, **claims}.items() if value is not ...}
    return msgspec.structs.replace(HONEST, key_binding=sign(merged, {**said.header, **(header or {})}, key))


def shown_with(*disclosures: Any) -> SdJwt:
    return rebound(msgspec.structs.replace(HONEST, disclosures=disclosures))


def with_disclosure(value: Any, name: str | None, place: Callable[[dict[str, Any], str], object]) -> SdJwt:
    """Return the presentation with one more disclosure, whose digest the issuer signs at a place."""
    made = make_disclosure(value, name)
    again = reissued(lambda claims: place(claims, hash_text(made.text, "sha-256")))
    return rebound(msgspec.structs.replace(again, disclosures=(*again.disclosures, made)))


def at_top(claims: dict[str, Any], made: str) -> None:
    claims["_sd"].append(made)


def raw(part: str, text: str) -> str:
    """Return a signed message with one of its three pieces replaced by other bytes, not signed anew."""
    pieces = HONEST.message.split(".")
    pieces[("header", "claims", "signature").index(part)] = text
    return msgspec.structs.replace(HONEST, message=".".join(pieces)).text


def flip(text: str, at: int) -> str:
    return text[:at] + ("A" if text[at] != "A" else "B") + text[at + 1 :]


def replaced(disclosure: Any, parts: list[Any] | bytes) -> SdJwt:
    text = encode(parts if isinstance(parts, bytes) else write(parts))
    made = msgspec.structs.replace(disclosure, text=text)
    return shown_with(*(made if one is disclosure else one for one in HONEST.disclosures))


def forged_by_mac() -> str:
    """Sign with the issuer's public key as if it were a shared secret."""
    header, secret = encode(write({**MESSAGE.header, "alg": "HS256"})), ISSUER_KEY.as_pem(private=False)
    said = f"{header}.{HONEST.message.split('.')[1]}"
    message = f"{said}.{encode(hmac.digest(secret, said.encode(), 'sha256'))}"
    return rebound(msgspec.structs.replace(HONEST, message=message)).text


def unsigned() -> str:
    header = encode(write({**MESSAGE.header, "alg": "none"}))
    return rebound(msgspec.structs.replace(HONEST, message=f"{header}.{HONEST.message.split('.')[1]}.")).text


def written(claims_text: str) -> str:
    """Return the presentation whose issuer signs this very text."""
    registry = jws.JWSRegistry(algorithms=["ES256"])
    message = jws.serialize_compact(
        {**MESSAGE.header, "alg": "ES256"}, claims_text, ISSUER_KEY, registry=registry
    )
    return rebound(msgspec.structs.replace(HONEST, message=message)).text


CLAIMS_TEXT = json.dumps(MESSAGE.claims)
MUTATIONS: dict[str, tuple[Callable[[], Any], str]] = {
    # the message of the issuer
    "empty text": (lambda: "", "credential.malformed"),
    "no tilde": (lambda: HONEST.message, "credential.malformed"),
    "letters that aren't ASCII": (lambda: HONEST.text + "한", "credential.malformed"),
    "much too long": (lambda: HONEST.message + "~" * 300_000, "credential.too_large"),
    "too many disclosures": (lambda: HONEST.message + "~W10" * 1025 + "~", "credential.too_large"),
    "two pieces": (lambda: HONEST.text.replace(".", "", 1), "credential.malformed"),
    "a changed claim": (
        lambda: raw("claims", encode(write({**MESSAGE.claims, "exp": NOW + 9999 * DAY}))),
        "credential.signature",
    ),
    "a changed header": (
        lambda: raw("header", encode(write({**MESSAGE.header, "x": 1}))),
        "credential.signature",
    ),
    "a changed signature": (
        lambda: raw("signature", flip(HONEST.message.split(".")[2], 9)),
        "credential.signature",
    ),
    "a cut signature": (lambda: raw("signature", encode(bytes(61))), "credential.signature"),
    "no signature": (lambda: raw("signature", ""), "credential.signature"),
    "padding": (lambda: raw("signature", HONEST.message.split(".")[2] + "=="), "credential.malformed"),
    "unused bits": (
        lambda: raw("signature", HONEST.message.split(".")[2][:-1] + "_"),
        "credential.malformed",
    ),
    "algorithm none": (unsigned, "credential.algorithm"),
    "the public key as a secret": (forged_by_mac, "credential.algorithm"),
    "another issuer's signature": (
        lambda: msgspec.structs.replace(HONEST, message=sign(MESSAGE.claims, MESSAGE.header, OTHER_KEY)),
        "credential.signature",
    ),
    "the key in the header": (
        lambda: msgspec.structs.replace(
            HONEST,
            message=sign(
                MESSAGE.claims, {**MESSAGE.header, "jwk": OTHER_KEY.as_dict(private=False)}, OTHER_KEY
            ),
        ),
        "credential.signature",
    ),
    "another type": (lambda: reissued(lambda _: None, {"typ": "JWT"}), "credential.type"),
    "the type of W3C credentials": (
        lambda: reissued(lambda _: None, {"typ": "vc+sd-jwt"}),
        "credential.type",
    ),
    "a critical extension": (
        lambda: raw("header", encode(write({**MESSAGE.header, "crit": ["exp"], "exp": 1}))),
        "credential.critical",
    ),
    "a payload outside": (
        lambda: raw("header", encode(write({**MESSAGE.header, "crit": ["b64"], "b64": False}))),
        "credential.critical",
    ),
    "a payload outside, not even critical": (
        lambda: raw("header", encode(write({**MESSAGE.header, "b64": False}))),
        "credential.critical",
    ),
    "a name twice": (lambda: written(CLAIMS_TEXT[:-1] + ', "exp": 4102444800}'), "credential.malformed"),
    "a number without end": (
        lambda: written(CLAIMS_TEXT.replace("1807776000", "1e999")),
        "credential.malformed",
    ),
    "no number": (lambda: written(CLAIMS_TEXT.replace("1807776000", "NaN")), "credential.malformed"),
    "half a character": (lambda: written(CLAIMS_TEXT[:-1] + ', "x": "\\ud83d"}'), "credential.malformed"),
    "claims in a list": (lambda: written("[]"), "credential.malformed"),
    "a tower of lists": (
        lambda: written(CLAIMS_TEXT[:-1] + ', "x": ' + "[" * 3000 + "]" * 3000 + "}"),
        "credential.malformed",
    ),
    "a lower tower": (
        lambda: written(CLAIMS_TEXT[:-1] + ', "x": ' + "[" * 70 + "]" * 70 + "}"),
        "credential.malformed",
    ),
    "an unknown issuer": (
        lambda: reissued(lambda c: c.update(iss="https://busan.example")),
        "credential.issuer",
    ),
    "an issuer that isn't a text": (lambda: reissued(lambda c: c.update(iss=["a"])), "credential.issuer"),
    "no issuer": (lambda: reissued(lambda c: c.pop("iss")), "credential.issuer"),
    "a retired key": (lambda: reissued(lambda _: None, {"kid": "2019-01"}), "credential.issuer"),
    "another kind": (lambda: reissued(lambda c: c.update(vct="urn:tuition")), "credential.kind"),
    "no kind": (lambda: reissued(lambda c: c.pop("vct")), "credential.kind"),
    "expired": (lambda: reissued(lambda c: c.update(exp=NOW - 61)), "credential.expired"),
    "not yet valid": (lambda: reissued(lambda c: c.update(nbf=NOW + 61)), "credential.not_yet_valid"),
    "issued tomorrow": (lambda: reissued(lambda c: c.update(iat=NOW + DAY)), "credential.from_the_future"),
    "an end in words": (lambda: reissued(lambda c: c.update(exp="2030-01-01")), "credential.time"),
    "an end that is null": (lambda: reissued(lambda c: c.update(exp=None)), "credential.time"),
    "an end that is true": (lambda: reissued(lambda c: c.update(exp=True)), "credential.time"),
    "a status without an index": (
        lambda: reissued(lambda c: c.update(status={"status_list": {"uri": "https://a"}})),
        "credential.reference",
    ),
    "a status below zero": (
        lambda: reissued(lambda c: c["status"]["status_list"].update(idx=-1)),
        "credential.reference",
    ),
    "a status elsewhere too": (
        lambda: reissued(lambda c: c["status"].update(other={})),
        "credential.reference",
    ),
    # digests
    "an unknown hash": (lambda: reissued(lambda c: c.update(_sd_alg="md5")), "credential.hash_algorithm"),
    "a hash that isn't a text": (
        lambda: reissued(lambda c: c.update(_sd_alg=["sha-256"])),
        "credential.hash_algorithm",
    ),
    "another hash": (lambda: reissued(lambda c: c.update(_sd_alg="sha-512")), "disclosure.unreferenced"),
    "a hash's name deep inside": (
        lambda: reissued(lambda c: c.update(x={"_sd_alg": "sha-256"})),
        "credential.structure",
    ),
    "digests that aren't a list": (lambda: reissued(lambda c: c.update(_sd="x")), "credential.structure"),
    "a digest that isn't a text": (lambda: reissued(lambda c: c["_sd"].append(7)), "credential.structure"),
    "an element's digest with more": (
        lambda: reissued(lambda c: c["nationalities"][0].update(x=1)),
        "credential.structure",
    ),
    "an element's digest that isn't a text": (
        lambda: reissued(lambda c: c["nationalities"][0].update({"...": None})),
        "credential.structure",
    ),
    "an element's digest outside an array": (
        lambda: reissued(lambda c: c.update({"...": "x"})),
        "credential.structure",
    ),
    "a digest twice": (lambda: reissued(lambda c: c["_sd"].append(c["_sd"][0])), "credential.repeated"),
    "a digest twice, far apart": (
        lambda: reissued(lambda c: c["nationalities"].append({"...": hash_text(BIRTH.text, "sha-256")})),
        "credential.repeated",
    ),
    # disclosures
    "a disclosure added": (
        lambda: shown_with(*HONEST.disclosures, make_disclosure("마포구청장", "office")),
        "disclosure.unreferenced",
    ),
    "a disclosure of another certificate": (
        lambda: shown_with(*HONEST.disclosures, issued().disclosures[0]),
        "disclosure.unreferenced",
    ),
    "a disclosure twice": (lambda: shown_with(*HONEST.disclosures, NAME), "disclosure.repeated"),
    "an inner disclosure without the outer": (
        lambda: shown_with(*(one for one in HONEST.disclosures if one.name != "address")),
        "disclosure.unreferenced",
    ),
    "another value": (lambda: replaced(NAME, [NAME.salt, "name", "김부산"]), "disclosure.unreferenced"),
    "another name": (lambda: replaced(NAME, [NAME.salt, "alias", NAME.value]), "disclosure.unreferenced"),
    "another salt": (lambda: replaced(NAME, ["AAAA", "name", NAME.value]), "disclosure.unreferenced"),
    "the same written otherwise": (
        lambda: replaced(NAME, json.dumps([NAME.salt, "name", NAME.value]).encode()),
        "disclosure.unreferenced",
    ),
    "an element as a claim": (
        lambda: replaced(ELEMENT, [ELEMENT.salt, "x", ELEMENT.value]),
        "disclosure.unreferenced",
    ),
    "a disclosure of one part": (lambda: replaced(NAME, ["salt"]), "disclosure.malformed"),
    "a disclosure of four parts": (lambda: replaced(NAME, ["s", "n", 1, 2]), "disclosure.malformed"),
    "a salt that isn't a text": (lambda: replaced(NAME, [1, "name", 2]), "disclosure.malformed"),
    "a name that isn't a text": (lambda: replaced(NAME, ["s", 1, 2]), "disclosure.malformed"),
    "a disclosure that isn't JSON": (lambda: replaced(NAME, b"[salt"), "disclosure.malformed"),
    "a disclosure with a name twice": (
        lambda: replaced(NAME, b'["s","n",{"a":1,"a":2}]'),
        "disclosure.malformed",
    ),
    "a disclosure that isn't UTF-8": (lambda: replaced(NAME, b'["s","n","\xff"]'), "disclosure.malformed"),
    "an empty disclosure": (lambda: HONEST.text.replace("~", "~~", 1), "disclosure.malformed"),
    "a disclosure with padding": (lambda: HONEST.text.replace("~", "=~", 2), "disclosure.malformed"),
    "a claim named _sd": (lambda: replaced(NAME, ["s", "_sd", []]), "disclosure.reserved"),
    "a claim named ...": (lambda: replaced(NAME, ["s", "...", ""]), "disclosure.reserved"),
    "a claim over another": (lambda: with_disclosure("c", "vct", at_top), "disclosure.collision"),
    "a claim over a disclosed one": (lambda: with_disclosure("나", "name", at_top), "disclosure.collision"),
    "an element among claims": (lambda: with_disclosure("x", None, at_top), "disclosure.structure"),
    "a claim among elements": (
        lambda: with_disclosure("x", "y", lambda c, made: c["nationalities"].append({"...": made})),
        "disclosure.structure",
    ),
    "an end that the holder chose": (
        lambda: with_disclosure(1, "nbf", at_top),
        "disclosure.never_hidden",
    ),
    "a hidden part of the status": (
        lambda: with_disclosure(1, "other", lambda c, made: c["status"].update(_sd=[made])),
        "disclosure.never_hidden",
    ),
    "a hidden part of the key": (
        lambda: with_disclosure("x", "kid", lambda c, made: c["cnf"]["jwk"].update(_sd=[made])),
        "disclosure.never_hidden",
    ),
    # the holder's key and signature
    "a holder's key whose type is a list": (
        lambda: reissued(lambda c: c["cnf"]["jwk"].update(kty=[])),
        "credential.holder_key",
    ),
    "no holder's key": (lambda: reissued(lambda c: c.pop("cnf")), "credential.holder_key"),
    "a holder's key by reference": (
        lambda: reissued(lambda c: c.update(cnf={"kid": "1"})),
        "credential.holder_key",
    ),
    "a shared secret for a key": (
        lambda: reissued(lambda c: c["cnf"].update(jwk={"kty": "oct", "k": "c2VjcmV0"})),
        "credential.holder_key",
    ),
    "a private key shown": (
        lambda: reissued(lambda c: c["cnf"].update(jwk=HOLDER_KEY.as_dict(private=True))),
        "credential.holder_key",
    ),
    "a key beside its curve": (
        lambda: reissued(lambda c: c["cnf"]["jwk"].update(x=encode(b"\x01" * 32))),
        "credential.holder_key",
    ),
    "no key binding": (lambda: msgspec.structs.replace(HONEST, key_binding=""), "key_binding.missing"),
    "a stranger's key binding": (lambda: said_anew({}, key=OTHER_KEY), "key_binding.signature"),
    "a key binding on another curve": (
        lambda: said_anew({}, {"alg": "ES384"}, ECKey.generate_key("P-384")),
        "key_binding.signature",
    ),
    "a changed key binding": (
        lambda: msgspec.structs.replace(HONEST, key_binding=flip(HONEST.key_binding, -9)),
        "key_binding.signature",
    ),
    "a key binding of another type": (lambda: said_anew({}, {"typ": "JWT"}), "key_binding.type"),
    "another message of the holder": (
        lambda: said_anew({}, {"typ": "openid4vci-proof+jwt"}),
        "key_binding.type",
    ),
    "a key binding that isn't one": (
        lambda: msgspec.structs.replace(HONEST, key_binding="x.y"),
        "key_binding.malformed",
    ),
    "for another verifier": (
        lambda: rebound(HONEST, audience="https://other.example"),
        "key_binding.audience",
    ),
    "for many verifiers": (
        lambda: said_anew({"aud": ["x509_san_dns:desk.seoul.example"]}),
        "key_binding.audience",
    ),
    "replayed": (lambda: rebound(HONEST, nonce="n-of-yesterday"), "key_binding.nonce"),
    "no nonce": (lambda: said_anew({"nonce": ...}), "key_binding.nonce"),
    "a nonce that isn't a text": (lambda: said_anew({"nonce": 0}), "key_binding.nonce"),
    "made last year": (lambda: rebound(HONEST, issued_at=NOW - 365 * DAY), "key_binding.freshness"),
    "made next year": (lambda: rebound(HONEST, issued_at=NOW + 365 * DAY), "key_binding.freshness"),
    "made at no time": (lambda: said_anew({"iat": ...}), "key_binding.freshness"),
    "made at a time in words": (lambda: said_anew({"iat": "now"}), "key_binding.time"),
    "a key binding that ended": (lambda: said_anew({"exp": NOW - 61}), "key_binding.expired"),
    "a key binding of tomorrow": (lambda: said_anew({"nbf": NOW + DAY}), "key_binding.not_yet_valid"),
    "a disclosure left out": (
        lambda: msgspec.structs.replace(HONEST, disclosures=HONEST.disclosures[1:]),
        "key_binding.digest",
    ),
    "a true disclosure added": (
        lambda: msgspec.structs.replace(
            HONEST,
            disclosures=(
                *HONEST.disclosures,
                next(one for one in HELD.disclosures if one.name == "birth_date"),
            ),
        ),
        "key_binding.digest",
    ),
    "disclosures in another order": (
        lambda: msgspec.structs.replace(HONEST, disclosures=HONEST.disclosures[::-1]),
        "key_binding.digest",
    ),
    "a key binding of another certificate": (
        lambda: msgspec.structs.replace(HONEST, key_binding=presented(held=issued()).key_binding),
        "key_binding.digest",
    ),
    "no digest of what is shown": (lambda: said_anew({"sd_hash": ...}), "key_binding.digest"),
}


@pytest.mark.parametrize("name", MUTATIONS)
def test_a_mutation_is_refused_for_its_own_reason(name):
    make, code = MUTATIONS[name]
    made = make()
    with pytest.raises(Refused) as refused:
        verified(made if isinstance(made, str) else made.text)
    assert refused.value.code == code, refused.value.detail


@pytest.mark.parametrize("name", sorted(NEVER_HIDDEN - {"iss", "vct", "cnf", "exp", "status"}))
def test_what_must_be_shown_never_comes_by_a_disclosure(name):
    with pytest.raises(Refused) as refused:
        verified(with_disclosure(1, name, at_top).text)
    assert refused.value.code == "disclosure.never_hidden"


def test_a_private_claim_deep_inside_may_have_a_registered_name():
    said = verified(with_disclosure(2030, "exp", lambda c, made: c.update(degree={"_sd": [made]})).text)
    assert said.content["degree"] == {"exp": 2030}


@settings(max_examples=40, deadline=None)
@given(st.integers(0, len(HONEST.text) - 1), st.sampled_from("ABCXYZabcxyz0189-_.~=+/ 한\n\0"))
def test_no_single_letter_may_change(at, letter):
    text = HONEST.text[:at] + letter + HONEST.text[at + 1 :]
    if text != HONEST.text:
        with pytest.raises(Refused):
            verified(text)


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_no_piece_may_be_cut_out_doubled_or_moved(data):
    length = len(HONEST.text)
    begin = data.draw(st.integers(0, length))
    end = data.draw(st.integers(begin, length))
    to = data.draw(st.integers(0, length))
    piece, rest = HONEST.text[begin:end], HONEST.text[:begin] + HONEST.text[end:]
    for text in (rest, HONEST.text[:end] + piece + HONEST.text[end:], rest[:to] + piece + rest[to:]):
        if text != HONEST.text:
            with pytest.raises(Refused):
                verified(text)


def test_whether_a_key_binding_is_needed_is_the_verifiers_to_say():
    plain = msgspec.structs.replace(HONEST, key_binding="")
    assert verified(plain.text, binding=None).is_bound is False
    assert verified(HONEST.text, binding=None).is_bound is False
    assert read_disclosure(NAME.text) == NAME
    assert NONCE
    assert TYPE == MESSAGE.header["typ"]
