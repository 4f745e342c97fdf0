"""What the standards say of errors, caches and other sites' pages: OpenID4VCI 1.0, RFC 6749, RFC 6750, RFC 9110, Fetch."""

from __future__ import annotations

import json

import pytest
from joserfc import jws
from joserfc.jwk import ECKey

from madang.citizens.wallet.methods.key_proof import verify_key_proof
from madang.citizens.wallet.methods.refusals import Refused
from madang.citizens.wallet.models import OfferRow

from .houses import GRANT, ISSUER, offer_to

KINDS = "credential_configuration_id"


@pytest.mark.parametrize("path", ["credential", "deferred-credential", "notification"])
def test_who_brings_no_token_is_asked_for_one(web, path):
    reply = web.post(f"{ISSUER}/{path}", json={})
    assert (reply.status_code, reply.headers["www-authenticate"]) == (401, "Bearer")
    assert "error" not in reply.json()
    unknown = web.post(f"{ISSUER}/{path}", json={}, headers={"Authorization": "Bearer x"})
    assert unknown.status_code == (400 if unknown.json()["error"].startswith("invalid_") else 401)


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"grant_type": ""},
        {"grant_type": GRANT},
        {"grant_type": GRANT, "tx_code": "123456"},
        {"grant_type": "authorization_code"},
    ],
)
def test_a_token_request_that_lacks_something_is_invalid(web, form):
    reply = web.post(f"{ISSUER}/token", data=form)
    assert (reply.status_code, reply.json()["error"]) == (400, "invalid_request")


@pytest.mark.parametrize("path", ["par", "token", "checks/x/response"])
def test_what_can_be_read_in_two_ways_or_is_too_much_is_invalid(web, path):
    twice = web.post(f"{ISSUER}/{path}", data={"state": ["a", "b"]})
    assert "twice" in twice.json()["error_description"]
    for body in ("&".join(f"a{one}=" for one in range(3000)), f"state={'x' * 600_000}"):
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        reply = web.post(f"{ISSUER}/{path}", content=body, headers=form)
        assert (twice.status_code, reply.status_code) == (400, 400)
        assert reply.json()["error"] in {"invalid_request", "invalid_client"}


def test_another_grant_is_not_supported(web):
    reply = web.post(f"{ISSUER}/token", data={"grant_type": "password"})
    assert reply.json()["error"] == "unsupported_grant_type"


def test_a_missing_pin_is_no_wrong_pin(web, holder):
    offer, pin = offer_to()
    form = {"grant_type": GRANT, "pre-authorized_code": offer["grants"][GRANT]["pre-authorized_code"]}
    for _ in range(6):
        assert web.post(f"{ISSUER}/token", data=form).json()["error"] == "invalid_request"
    assert OfferRow.objects.get().pin_failures == 0
    assert holder.redeem(offer, pin).status_code == 200


def test_missing_proofs_and_proofs_without_a_nonce_are_invalid_proofs(web, holder):
    offer, pin = offer_to()
    headers = {"Authorization": f"Bearer {holder.redeem(offer, pin).json()['access_token']}"}
    kind = {KINDS: offer["credential_configuration_ids"][0]}
    claims = {"aud": ISSUER, "iat": holder.time()}
    header = {"alg": "ES256", "typ": "openid4vci-proof+jwt", "jwk": holder.key.as_dict(private=False)}
    registry = jws.JWSRegistry(strict_check_header=False, algorithms=["ES256"])
    bare = jws.serialize_compact(header, json.dumps(claims), holder.key, registry=registry)
    for proofs in ({}, {"proofs": {}}, {"proofs": {"jwt": []}}, {"proofs": {"jwt": [bare]}}):
        reply = web.post(f"{ISSUER}/credential", json=kind | proofs, headers=headers)
        assert (reply.status_code, reply.json()["error"]) == (400, "invalid_proof")
    assert holder.fetch(offer, headers["Authorization"].split()[1]).status_code == 200


@pytest.mark.parametrize("other", ["kid", "x5c", "trust_chain"])
def test_a_proof_names_its_key_in_one_way(other):
    """OpenID4VCI 1.0, appendix F.1: what may not stand beside `jwk`."""
    key = ECKey.generate_key("P-256")
    registry = jws.JWSRegistry(strict_check_header=False, algorithms=["ES256"])
    header = {"alg": "ES256", "typ": "openid4vci-proof+jwt", "jwk": key.as_dict(private=False)}
    claims = json.dumps({"aud": ISSUER, "iat": 100, "nonce": "x"})
    assert verify_key_proof(jws.serialize_compact(header, claims, key, registry=registry), ISSUER, 100)
    header[other] = ["x"] if other == "x5c" else "x"
    with pytest.raises(Refused, match=rf"key_proof\.holder_key.*{other}"):
        verify_key_proof(jws.serialize_compact(header, claims, key, registry=registry), ISSUER, 100)


def test_a_wrong_method_is_refused_in_json(web):
    reply = web.get(f"{ISSUER}/nonce")
    assert (reply.status_code, reply.json()["code"]) == (405, "http.405")
    assert reply.headers["allow"] == "POST"


def test_a_cached_status_list_is_confirmed_by_weak_comparison(web):
    address = f"{ISSUER}/status/0"
    tag = web.get(address).headers["etag"]
    for held in (tag, f"W/{tag}", f'"x", W/{tag}', "*"):
        assert web.get(address, headers={"If-None-Match": held}).status_code == 304, held
    for held in ('"x"', tag.strip('"'), ""):
        assert web.get(address, headers={"If-None-Match": held}).status_code == 200, held


def test_a_status_list_of_another_moment_is_not_this_moments(web):
    reply = web.get(f"{ISSUER}/status/0?time=1686925000")
    assert (reply.status_code, reply.json()["code"]) == (501, "wallet.no_history")


def test_the_key_is_there_before_anything_was_signed(holder):
    assert len(holder.discover(ISSUER, "jwt-vc-issuer")["jwks"]["keys"]) == 1


def test_pages_of_other_sites_speak_the_protocol(web):
    site = {"Origin": "https://wallet.example", "Sec-Fetch-Site": "cross-site"}
    for path in ("/.well-known/openid-credential-issuer/wallet", "/.well-known/jwt-vc-issuer/wallet",
                 "/.well-known/oauth-authorization-server/wallet", "/wallet/status/0", "/wallet/kinds/tuition",
                 "/wallet/kinds/nothing", "/wallet/log/checkpoint"):  # fmt: skip
        assert web.get(path, headers=site).headers["access-control-allow-origin"] == "*", path
    for path in ("nonce", "token", "credential", "par"):
        asked = web.options(f"{ISSUER}/{path}", headers=site | {"Access-Control-Request-Method": "POST"})
        assert (asked.status_code, asked.headers["access-control-allow-methods"]) == (204, "POST")
        assert "Authorization" in asked.headers["access-control-allow-headers"]
        reply = web.post(f"{ISSUER}/{path}", headers=site)
        assert reply.headers["access-control-allow-origin"] == "*"
        assert reply.status_code in {200, 400, 401}
    assert "access-control-allow-origin" not in web.get("/api/things", headers=site).headers


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({"credential_response_encryption": {"enc": "A128GCM", "jwk": {}}}, "invalid_encryption_parameters"),
        ({"credential_identifier": "x"}, "unknown_credential_identifier"),
        ({"proofs": {"jwt": [], "attestation": ["x"]}}, "invalid_credential_request"),
        ({"proofs": {"di_vp": [{}]}}, "invalid_credential_request"),
    ],
)
def test_what_is_not_done_here_is_refused_and_not_passed_over(web, holder, more, error):
    offer, pin = offer_to()
    token = holder.redeem(offer, pin).json()["access_token"]
    proof = holder.prove(ISSUER, holder.call(ISSUER, "nonce_endpoint").json()["c_nonce"])
    asked = {KINDS: offer["credential_configuration_ids"][0], "proofs": {"jwt": [proof]}}
    headers = {"Authorization": f"Bearer {token}"}
    reply = web.post(f"{ISSUER}/credential", json=asked | more, headers=headers)
    assert (reply.status_code, reply.json()["error"]) == (400, error)
    assert web.post(f"{ISSUER}/credential", json=asked, headers=headers).status_code == 200


def test_an_approved_certificate_is_not_sent_in_the_clear_to_who_wants_it_encrypted(web):
    asked = {"transaction_id": "x", "credential_response_encryption": {"enc": "A128GCM", "jwk": {}}}
    headers = {"Authorization": "Bearer x"}
    reply = web.post(f"{ISSUER}/deferred-credential", json=asked, headers=headers)
    assert (reply.status_code, reply.json()["error"]) == (400, "invalid_encryption_parameters")
