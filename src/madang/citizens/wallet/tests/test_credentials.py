"""Certificates: what is issued is what is verified, and what can't be issued isn't."""

from __future__ import annotations

import json

import pytest
from polaris_oid4vp.sdjwt import verify_presentation

from madang.citizens.wallet.methods.credential import StatusReference, read_status
from madang.citizens.wallet.methods.refusals import Refused
from madang.citizens.wallet.methods.sd_jwt import open_all, present
from madang.citizens.wallet.methods.signatures import peek

from .people import (
    CONTENT,
    DAY,
    HOLDER_KEY,
    ISSUER,
    ISSUER_KEY,
    KIND,
    NONCE,
    NOW,
    STATUS,
    VERIFIER,
    draft,
    issued,
    presented,
    verified,
)


def test_a_certificate_keeps_everything_for_its_holder():
    held = issued()
    claims = open_all(held).claims
    assert {name: claims[name] for name in CONTENT} == CONTENT
    assert peek(held.message, "credential").header == {"alg": "ES256", "kid": "2026-11", "typ": "dc+sd-jwt"}
    assert "김서울" not in json.dumps(peek(held.message, "credential").claims, ensure_ascii=False)


def test_a_verifier_learns_what_is_shown_and_when_it_ends():
    said = verified(presented(("address", "city"), ("nationalities", 1)).text)
    assert (said.issuer, said.kind, said.status) == (ISSUER, KIND, STATUS)
    assert said.content == {"address": {"city": "서울특별시", "lines": []}, "nationalities": ["US"]}
    assert said.valid_until == NOW + 90 * DAY


def test_clocks_may_differ_by_the_leeway():
    text = presented().text
    assert verified(text, now=NOW + 90 * DAY + 59)
    with pytest.raises(Refused, match="expired"):
        verified(text, now=NOW + 90 * DAY + 60)


def test_a_certificate_may_be_bound_to_nobody_and_have_no_status():
    held = issued(holder_key=None, status=None)
    said = verified(present(held, [("name",)]).text, binding=None)
    assert (said.is_bound, said.status) == (False, None)


@pytest.mark.parametrize("name", ["iss", "exp", "nbf", "iat", "cnf", "vct", "status", "vct#integrity"])
def test_content_has_none_of_the_names_that_decide_validity(name):
    with pytest.raises(ValueError, match="not content"):
        issued(content={name: 1}, hidden=())


@pytest.mark.parametrize("changes", [{"valid_until": NOW - DAY}, {"valid_from": NOW + 91 * DAY}])
def test_a_certificate_doesnt_end_before_it_begins(changes):
    with pytest.raises(ValueError, match="before"):
        issued(**changes)


def test_names_that_decide_validity_are_never_hidden():
    with pytest.raises(ValueError, match="always shown"):
        issued(hidden=(("status",),))


def test_a_status_that_is_read():
    assert read_status({}) is None
    assert read_status({"status": {"status_list": {"idx": 0, "uri": "u"}}}) == StatusReference("u", 0)


def test_a_verifier_by_others_accepts_our_presentation():
    verdict = verify_presentation(
        presented().text,
        expected_nonce=NONCE,
        expected_audience=VERIFIER,
        issuer_jwks=[ISSUER_KEY.as_dict(private=False)],
        now=NOW,
    )
    assert verdict.authentic, verdict.reason
    assert verdict.claims["name"] == "김서울"
    assert verdict.revocation["idx"] == STATUS.index
    assert draft().holder_key == HOLDER_KEY.as_dict(private=False)
