"""By sign-in instead of a code, many at once, after an approval: the issuer's other ways, over HTTP."""

from __future__ import annotations

import hashlib
import json
import re
import secrets
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from joserfc.jwk import ECKey

from madang.citizens.wallet.actions.requests import decide_request
from madang.citizens.wallet.actions.statuses import change_state
from madang.citizens.wallet.demo import PEOPLE
from madang.citizens.wallet.models import CertificateRow, OfferRow, PushedRow, RegisterRow
from madang.citizens.wallet.queries.certificates import count_certificates, get_certificate, list_certificates
from madang.citizens.wallet.queries.log import count_entries
from madang.citizens.wallet.queries.requests import list_requests
from madang.citizens.wallet.records import CertificateState, RequestState
from madang.core.base.interface import HOUSE, BadInput, Conflict, now

from .houses import ISSUER, decode, encode, offer_to

REDIRECT = "http://127.0.0.1:49152/callback"
FAMILY = "sim-0002"


class Wallet:
    """A wallet that sends its user to sign in."""

    def __init__(self, holder, **changes):
        self.holder, self.server = holder, holder.discover(ISSUER, "oauth-authorization-server")
        self.verifier = encode(secrets.token_bytes(32))
        challenge = encode(hashlib.sha256(self.verifier.encode()).digest())
        self.form = {
            "client_id": "this-machine",
            "redirect_uri": REDIRECT,
            "response_type": "code",
            "scope": "tuition",
            "state": "s-1",
            "code_challenge": challenge,
            "code_challenge_method": "S256",
            **changes,
        }

    def push(self):
        return self.holder.client.post(
            self.server["pushed_authorization_request_endpoint"],
            data={name: value for name, value in self.form.items() if value is not None},
        )

    def open(self):
        """Return the address that the user's browser is sent to."""
        uri = self.push().json()["request_uri"]
        return f"{self.server['authorization_endpoint']}?client_id=this-machine&request_uri={uri}"

    def redeem(self, code, **changes):
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "code_verifier": self.verifier,
            "client_id": "this-machine",
            "redirect_uri": REDIRECT,
            **changes,
        }
        return self.holder.client.post(self.server["token_endpoint"], data=form)


@pytest.fixture
def browser(web):
    """The browser of a citizen whom the registers know, signed in."""
    account = get_user_model().objects.create_user(username="kim")
    RegisterRow.objects.filter(subject=PEOPLE[0][0]).update(subject=account.public_id)
    client = Client(enforce_csrf_checks=True, SERVER_NAME="testserver")
    client.force_login(account)
    return client


def answer(browser, address, choice):
    """Read the page, press a button, and return (where it leads, with what)."""
    page = browser.get(address)
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.content.decode())[1]
    reply = browser.post(address, {"csrfmiddlewaretoken": token, choice: "yes"})
    assert reply.status_code == 302, reply.content
    parts = urlsplit(reply.headers["Location"])
    return f"{parts.scheme}://{parts.netloc}{parts.path}", {k: v[0] for k, v in parse_qs(parts.query).items()}


def test_a_citizen_signs_in_and_allows_a_wallet(holder, browser):
    wallet = Wallet(holder)
    address = wallet.open()
    assert (
        Client(SERVER_NAME="testserver").get(address).headers["Location"].startswith("/accounts/login/?next=")
    )
    for language, word in (("ko", "교육비 납입증명서"), ("en", "Certificate of tuition paid")):
        browser.cookies["language"] = language
        page = browser.get(address)
        assert word in page.content.decode()
        assert "http://127.0.0.1:*" in page.headers["Content-Security-Policy"]
    back, said = answer(browser, address, "allow")
    assert (back, said["state"], said["iss"]) == (REDIRECT, "s-1", ISSUER)
    token = wallet.redeem(said["code"])
    assert token.status_code == 200, token.text
    offer = {"credential_issuer": ISSUER, "credential_configuration_ids": ["tuition"]}
    reply = holder.fetch(offer, token.json()["access_token"])
    assert reply.status_code == 200, reply.text
    assert browser.get(address).status_code == 422


def test_who_declines_gives_nothing(holder, browser):
    wallet = Wallet(holder)
    assert answer(browser, wallet.open(), "decline")[1] == {
        "error": "access_denied", "state": "s-1", "iss": ISSUER,
    }  # fmt: skip
    RegisterRow.objects.filter(kind="multi_child_card").delete()
    other = Wallet(holder, scope="multi_child_card")
    assert answer(browser, other.open(), "allow")[1]["error"] == "access_denied"
    assert not OfferRow.objects.exists()


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"client_id": "somebody"}, "invalid_client"),
        ({"redirect_uri": "https://elsewhere.example/callback"}, "invalid_request"),
        ({"redirect_uri": "http://127.0.0.1:80/elsewhere"}, "invalid_request"),
        ({"redirect_uri": "http://127.0.0.1:80@elsewhere.example/callback"}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"scope": "openid"}, "invalid_scope"),
        ({"scope": "tuition local_tax"}, "invalid_scope"),
        ({"state": "x" * 501}, "invalid_request"),
        ({"state": "x\0"}, "invalid_request"),
        ({"request_uri": "urn:ietf:params:oauth:request_uri:x"}, "invalid_request"),
    ],
)
def test_what_a_wallet_may_not_ask_is_never_kept(holder, changes, error):
    reply = Wallet(holder, **changes).push()
    assert (reply.status_code, reply.json()["error"]) == (400, error)
    assert not PushedRow.objects.exists()


def test_a_code_is_its_wallets_and_good_once(holder, browser):
    wallet = Wallet(holder)
    code = answer(browser, wallet.open(), "allow")[1]["code"]
    for changes in (
        {"code_verifier": encode(secrets.token_bytes(32))},
        {"code_verifier": ""},
        {"redirect_uri": "http://127.0.0.1:1/callback"},
        {"client_id": "madang-holder"},
    ):
        assert wallet.redeem(code, **changes).json()["error"] == "invalid_grant"
    grant = "urn:ietf:params:oauth:grant-type:pre-authorized_code"
    pin = {"grant_type": grant, "pre-authorized_code": code, "tx_code": "000000"}
    assert wallet.redeem(code, **pin).json()["error"] == "invalid_grant"
    token = wallet.redeem(code).json()["access_token"]
    assert wallet.redeem(code).json()["error"] == "invalid_grant"
    offer = {"credential_issuer": ISSUER, "credential_configuration_ids": ["tuition"]}
    assert holder.fetch(offer, token).status_code == 401, "a code that came twice ends the token"


def test_a_request_that_names_another_host_is_nobodys(holder, browser, settings):
    """Who pushes a request as if the house were elsewhere would have the code sent there."""
    settings.ALLOWED_HOSTS = ["testserver", "elsewhere.example"]
    there = "http://elsewhere.example"
    form = {
        "client_id": "madang-holder",
        "response_type": "code",
        "redirect_uri": f"{there}/wallet/holder/",
        "scope": "tuition",
        "code_challenge": "x" * 43,
        "code_challenge_method": "S256",
    }
    pushed = holder.client.post("/wallet/par", data=form, headers={"Host": "elsewhere.example"})
    address = f"/wallet/authorize?client_id=madang-holder&request_uri={pushed.json()['request_uri']}"
    assert browser.get(address).status_code == 422
    browser.handler.enforce_csrf_checks = False
    assert [browser.post(address, {one: "yes"}).status_code for one in ("allow", "decline")] == [422, 422]
    assert not OfferRow.objects.exists()


def test_a_request_is_over_after_its_time(holder, browser):
    address = Wallet(holder).open()
    PushedRow.objects.update(expires_at=now() - timedelta(seconds=1))
    assert browser.get(address).status_code == 422
    Wallet(holder).push()
    assert PushedRow.objects.count() == 1


def take(holder, kind="resident_extract", copies=4):
    """Fetch several copies at once."""
    offer, pin = offer_to(kind)
    token = holder.redeem(offer, pin).json()["access_token"]
    keys = [ECKey.generate_key("P-256") for _ in range(copies)]
    return keys, token, holder.fetch(offer, token, keys=keys)


def test_copies_of_a_certificate_have_nothing_in_common(holder):
    keys, _, reply = take(holder)
    held = [one["credential"] for one in reply.json()["credentials"]]
    payloads = [json.loads(decode(one.split(".")[1])) for one in held]
    assert [one["cnf"]["jwk"]["x"] for one in payloads] == [one.as_dict(private=False)["x"] for one in keys]
    seen: set[str] = set()
    for text, payload in zip(held, payloads, strict=True):
        message, *disclosures = text.rstrip("~").split("~")
        parts = {
            message.split(".")[2],
            *disclosures,
            *list_digests(payload),
            payload["status"]["status_list"]["idx"],
        }
        assert not seen & parts
        seen |= parts
    for name in ("iss", "vct", "iat", "exp"):
        assert len({one[name] for one in payloads}) == 1
    assert payloads[0]["iat"] % 86_400 == 0, "the time of issuing tells no one apart"
    digests = set(CertificateRow.objects.values_list("digest", flat=True))
    assert digests == {hashlib.sha256(one.encode()).hexdigest() for one in held}


def list_digests(value):
    """Give every digest in a payload."""
    if isinstance(value, dict):
        return [*value.get("_sd", []), *(one for inner in value.values() for one in list_digests(inner))]
    return []


def test_copies_stand_and_fall_together(holder):
    take(holder, copies=3)
    assert (count_certificates()[CertificateState.VALID], count_entries()) == (1, 3)
    [first], _ = list_certificates()
    assert first.copies == 3
    change_state(
        actor=HOUSE, now=now(), certificate_id=first.id, state=CertificateState.REVOKED, reason="시험"
    )
    assert set(CertificateRow.objects.values_list("state", flat=True)) == {"revoked"}
    assert count_entries() == 6


def test_a_key_stands_once_and_there_are_not_too_many(holder):
    offer, pin = offer_to()
    token = holder.redeem(offer, pin).json()["access_token"]
    for keys in ([holder.key, holder.key], [ECKey.generate_key("P-256") for _ in range(33)]):
        reply = holder.fetch(offer, token, keys=keys)
        assert (reply.status_code, reply.json()["error"]) == (400, "invalid_proof")
    assert holder.discover(ISSUER, "openid-credential-issuer")["batch_credential_issuance"] == {
        "batch_size": 32
    }
    assert not CertificateRow.objects.exists()


def test_what_must_be_approved_waits_for_it(holder):
    offer, pin = offer_to("multi_child_card", FAMILY)
    token = holder.redeem(offer, pin).json()["access_token"]
    keys = [holder.key, ECKey.generate_key("P-256")]
    asked = holder.fetch(offer, token, keys=keys)
    assert asked.status_code == 202
    body = {"transaction_id": asked.json()["transaction_id"]}
    assert holder.call(ISSUER, "deferred_credential_endpoint", token, body).status_code == 202
    assert not CertificateRow.objects.exists()
    [request], _ = list_requests()
    decide_request(actor=HOUSE, now=now(), request_id=request.id, is_approved=True)
    given = holder.call(ISSUER, "deferred_credential_endpoint", token, body)
    assert (given.status_code, len(given.json()["credentials"])) == (200, 2)
    again = holder.call(ISSUER, "deferred_credential_endpoint", token, body)
    assert again.json()["error"] == "invalid_transaction_id"
    assert list_requests()[0][0].state == RequestState.ISSUED
    with pytest.raises(Conflict):
        decide_request(actor=HOUSE, now=now(), request_id=request.id, is_approved=False, reason="늦음")


def test_a_refusal_has_its_reason_and_nobody_approves_their_own(holder):
    offer, pin = offer_to("multi_child_card", FAMILY)
    token = holder.redeem(offer, pin).json()["access_token"]
    body = {"transaction_id": holder.fetch(offer, token).json()["transaction_id"]}
    other, other_pin = offer_to("multi_child_card", FAMILY)
    stranger = holder.redeem(other, other_pin).json()["access_token"]
    [request], _ = list_requests()
    with pytest.raises(BadInput):
        decide_request(actor=HOUSE, now=now(), request_id=request.id, is_approved=False)
    decide_request(actor=HOUSE, now=now(), request_id=request.id, is_approved=False, reason="대장과 다름")
    assert (
        holder.call(ISSUER, "deferred_credential_endpoint", stranger, body).json()["error"]
        == "invalid_transaction_id"
    )
    assert holder.call(ISSUER, "deferred_credential_endpoint", "x", body).status_code == 401
    reply = holder.call(ISSUER, "deferred_credential_endpoint", token, body).json()
    assert reply["error"] == "credential_request_denied"
    assert "대장과 다름" in reply["message"]


def test_a_wallet_tells_what_became_of_its_certificates(holder):
    _, token, reply = take(holder, copies=2)
    body = {"notification_id": reply.json()["notification_id"], "event": "credential_accepted"}
    for _ in range(2):
        assert holder.call(ISSUER, "notification_endpoint", token, body).status_code == 204
    assert get_certificate(body["notification_id"]).event == "credential_accepted"
    for wrong, error in (
        ({**body, "notification_id": "x"}, "invalid_notification_id"),
        ({**body, "event": "eaten"}, "invalid_notification_request"),
    ):
        refused = holder.call(ISSUER, "notification_endpoint", token, wrong)
        assert (refused.status_code, refused.json()["error"]) == (400, error)
    assert holder.call(ISSUER, "notification_endpoint", "", body).status_code == 401


def test_metadata_of_the_server_say_what_it_takes(holder):
    server = holder.discover(ISSUER, "oauth-authorization-server")
    assert server["require_pushed_authorization_requests"] is True
    assert server["code_challenge_methods_supported"] == ["S256"]
