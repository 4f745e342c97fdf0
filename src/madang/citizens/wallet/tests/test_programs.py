"""An agency's program gets a bundle by OAuth 2.0: with a client library of others, and as an attacker would try."""

from __future__ import annotations

import json
import re
import secrets
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import httpx
import jwt
import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from joserfc.jwk import ECKey
from oauthlib.oauth2 import WebApplicationClient

from madang.citizens.wallet.actions.programs import change_program_keys, register_program, withdraw_program
from madang.citizens.wallet.actions.providers import register_provider, withdraw_provider
from madang.citizens.wallet.actions.transfers import give_transfer_consent, withdraw_transfer_consent
from madang.citizens.wallet.methods.bundles import digest_content, read_receipt
from madang.citizens.wallet.methods.programs import is_safe_address
from madang.citizens.wallet.models import (
    AssertionRow,
    ConnectionRow,
    ProgramGrantRow,
    ProgramRow,
    ProgramTokenRow,
    ProviderRow,
    PushedRow,
    RegisterRow,
    TransferConsentRow,
    TransferRow,
)
from madang.citizens.wallet.pages.elsewhere import PROVIDERS
from madang.citizens.wallet.pages.programs import PROGRAMS
from madang.citizens.wallet.queries.transfers import list_consents, list_transfers
from madang.core.base.interface import HOUSE, Actor, BadInput, NotAllowed, Text, now, read_settings
from madang.core.pages.testing import ListPageCases

from .test_outside import address as address

REDIRECT = "https://housing.example/callback?from=madang"
TITLE = Text(ko="주택 신청 시스템", en="Housing applications")


@pytest.fixture
def people(web):
    """Two citizens whom the registers know, each with a signed-in browser."""
    found = {}
    for name, subject in (("kim", "sim-0001"), ("lee", "sim-0002")):
        account = get_user_model().objects.create_user(username=name)
        RegisterRow.objects.filter(subject=subject).update(subject=account.public_id)
        browser = Client(enforce_csrf_checks=True)
        browser.force_login(account)
        found[name] = (account, browser)
    return found


def press(browser, url, **fields):
    """Read a page of this house, press its button, and return the answer."""
    parts = urlsplit(url)
    host = {"headers": {"host": parts.netloc}}
    path = f"{parts.path}?{parts.query}"
    page = browser.get(path, **host)
    assert page.status_code == 200, page.content
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.content.decode())[1]
    return browser.post(path, {"csrfmiddlewaretoken": token, **fields}, **host)


class Program:
    """An agency's program, by oauthlib and httpx over a socket: it knows the standards and no more."""

    @property
    def login(self):
        return self.made.program, self.made.secret

    def __init__(self, issuer, receiver="housing", scope="youth_rent", keys=()):
        self.made = register_program(
            actor=HOUSE, now=now(), title=TITLE, receiver=receiver, redirect_uris=[REDIRECT], keys=keys
        )
        self.scope = scope
        home, _, path = issuer.partition("/wallet")
        self.known = httpx.get(f"{home}/.well-known/oauth-authorization-server/wallet{path}").json()
        assert self.known["issuer"] == issuer
        self.oauth = WebApplicationClient(self.made.program)
        self.verifier = self.oauth.create_code_verifier(64)

    def post(self, name, form, **changes):
        return httpx.post(self.known[f"{name}_endpoint"], data=form, **{"auth": self.login, **changes})

    def push(self, **changes):
        form = {
            "response_type": "code",
            "client_id": self.made.program,
            "redirect_uri": REDIRECT,
            "scope": self.scope,
            "state": "s-1",
            "code_challenge": self.oauth.create_code_challenge(self.verifier, "S256"),
            "code_challenge_method": "S256",
            **changes,
        }
        return self.post("pushed_authorization_request", {k: v for k, v in form.items() if v is not None})

    def open(self):
        uri = self.push().json()["request_uri"]
        return f"{self.known['authorization_endpoint']}?client_id={self.made.program}&request_uri={uri}"

    def ask(self, browser, **fields):
        """Return what the citizen was sent back with."""
        reply = press(browser, self.open(), **(fields or {"allow": "yes", "days": "7"}))
        assert reply.status_code == 302, reply.content
        assert reply.headers["Location"].startswith(f"{REDIRECT}&")
        return {name: one[0] for name, one in parse_qs(urlsplit(reply.headers["Location"]).query).items()}

    def redeem(self, granted, **changes):
        form = {
            "grant_type": "authorization_code", "code": granted, "redirect_uri": REDIRECT,
            "code_verifier": self.verifier, **changes,
        }  # fmt: skip
        return self.post("token", form)

    def refresh(self, token):
        return self.post("token", {"grant_type": "refresh_token", "refresh_token": token})

    def get_tokens(self, browser):
        reply = self.redeem(self.ask(browser)["code"])
        assert reply.status_code == 200, reply.text
        return self.oauth.parse_request_body_response(reply.text, scope=self.scope)

    def fetch(self, access):
        headers = {"Authorization": f"Bearer {access}"}
        return httpx.post(self.known["bundle_endpoint"], headers=headers)

    def is_active(self, token):
        return self.post("introspection", {"token": token}).json()


@pytest.fixture
def program(address, people):
    return Program(f"{address}/mydata")


def test_a_program_is_let_fetches_and_fetches_again_until_it_is_taken_back(program, people):
    account, browser = people["kim"]
    back = program.ask(browser)
    assert (back["state"], back["iss"]) == ("s-1", program.known["issuer"])
    tokens = program.oauth.parse_request_body_response(program.redeem(back["code"]).text)
    sent = program.fetch(tokens["access_token"])
    assert sent.headers["Cache-Control"] == "no-store"
    content = sent.json()["content"]
    assert content["resident_extract"]["name"] == "김가상"
    assert "street" not in json.dumps(content)
    key = httpx.get(program.known["jwks_uri"]).json()["keys"][-1]
    receipt = read_receipt(sent.json()["receipt"], ECKey.import_key(key))
    assert receipt["sha256"] == digest_content(content, sent.json()["salt"])
    [transfer] = list_transfers(account.public_id)
    assert (transfer.id, transfer.received_by) == (receipt["jti"], program.made.program)
    state = program.is_active(tokens["access_token"])
    assert (state["active"], state["scope"], state["consent"]) == (True, "youth_rent", receipt["consent"])
    again = program.oauth.parse_request_body_response(program.refresh(tokens["refresh_token"]).text)
    assert program.fetch(again["access_token"]).status_code == 200
    assert TITLE.ko in browser.get("/wallet/mydata/").content.decode()
    [consent] = list_consents(account.public_id, now())
    actor = Actor(id=account.public_id, name="")
    withdraw_transfer_consent(actor=actor, now=now(), consent_id=consent.id)
    for token in (again["access_token"], again["refresh_token"], tokens["access_token"]):
        assert program.is_active(token) == {"active": False}
    refused = program.fetch(again["access_token"])
    assert (refused.status_code, refused.json()["error"]) == (401, "invalid_token")
    assert "Bearer" in refused.headers["WWW-Authenticate"]
    refused = program.refresh(again["refresh_token"])
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_grant")
    assert TransferRow.objects.count() == 2


@pytest.mark.parametrize("language", ["ko", "en"])
def test_a_citizen_sees_what_goes_where_for_how_long_and_may_decline(program, people, language):
    _, browser = people["kim"]
    browser.cookies["language"] = language
    url = program.open()
    page = browser.get(
        url.partition("/wallet")[1] + url.partition("/wallet")[2], headers={"host": urlsplit(url).netloc}
    )
    said = page.content.decode()
    assert (
        TITLE.say(language) in said
        and "housing.example" in said
        and page.headers["Cache-Control"] == "no-store"
    )
    assert press(browser, url, allow="yes", days="31").status_code == 422
    assert press(browser, url, allow="yes", days="many").status_code == 422
    assert TransferConsentRow.objects.count() == 0
    assert program.ask(browser, decline="yes") == {
        "from": "madang", "error": "access_denied", "state": "s-1", "iss": program.known["issuer"],
    }  # fmt: skip
    assert TransferConsentRow.objects.count() == 0


def test_a_code_that_comes_twice_ends_what_it_gave(program, people):
    code = program.ask(people["kim"][1])["code"]
    tokens = program.redeem(code).json()
    assert program.redeem(code).json()["error"] == "invalid_grant"
    assert program.fetch(tokens["access_token"]).status_code == 401
    assert program.refresh(tokens["refresh_token"]).json()["error"] == "invalid_grant"


def test_a_new_yes_to_a_program_ends_the_one_before_and_no_other(program, address, people):
    account, browser = people["kim"]
    other = Program(f"{address}/mydata")
    at_the_desk = give_transfer_consent(
        actor=Actor(id=account.public_id, name=""), now=now(), bundle="youth_rent", days=3
    )
    theirs, first = other.get_tokens(browser), program.get_tokens(browser)
    second = program.get_tokens(browser)
    assert program.fetch(first["access_token"]).status_code == 401
    assert program.fetch(second["access_token"]).status_code == 200
    assert other.fetch(theirs["access_token"]).status_code == 200
    held = {one.id: one.state for one in list_consents(account.public_id, now())}
    assert list(held.values()).count("active") == 3 and held[at_the_desk.id] == "active"


def test_a_refresh_token_that_comes_twice_ends_what_it_gave(program, people):
    tokens = program.get_tokens(people["kim"][1])
    again = program.refresh(tokens["refresh_token"]).json()
    assert program.refresh(tokens["refresh_token"]).json()["error"] == "invalid_grant"
    for token in (again["access_token"], again["refresh_token"]):
        assert program.is_active(token) == {"active": False}


def test_codes_are_for_who_asked_where_and_when(program, address, people):
    browser = people["kim"][1]
    code = program.ask(browser)["code"]
    other = Program(f"{address}/mydata")
    for changes in (
        {"code_verifier": "x" * 64},
        {"code_verifier": ""},
        {"redirect_uri": "https://housing.example/callback"},
        {"code": code + "x"},
        {"grant_type": "password"},
    ):
        assert program.redeem(code, **changes).status_code == 400, changes
    assert other.redeem(code, code_verifier=program.verifier).json()["error"] == "invalid_grant"
    assert ProgramTokenRow.objects.count() == 0
    ProgramGrantRow.objects.update(code_expires_at=now() - timedelta(seconds=1))
    assert program.redeem(code).json()["error"] == "invalid_grant"


def test_tokens_are_for_the_program_that_got_them_and_for_one_citizen(program, address, people):
    tokens, other = program.get_tokens(people["kim"][1]), Program(f"{address}/mydata")
    assert other.is_active(tokens["access_token"]) == {"active": False}
    assert other.refresh(tokens["refresh_token"]).json()["error"] == "invalid_grant"
    assert other.post("revocation", {"token": tokens["refresh_token"]}).status_code == 200
    assert program.is_active(tokens["refresh_token"])["active"], "another's revocation ends nothing"
    theirs = other.get_tokens(people["lee"][1])
    assert program.fetch(tokens["access_token"]).json()["content"]["resident_extract"]["name"] == "김가상"
    assert other.fetch(theirs["access_token"]).json()["content"]["resident_extract"]["name"] == "이모의"
    assert program.fetch(tokens["refresh_token"]).status_code == 401, "a refresh token fetches nothing"
    assert program.refresh(tokens["access_token"]).json()["error"] == "invalid_grant"
    assert program.post("revocation", {"token": tokens["access_token"]}).status_code == 200
    assert program.fetch(tokens["access_token"]).status_code == 401
    assert program.is_active(tokens["refresh_token"])["active"]
    program.post("revocation", {"token": tokens["refresh_token"]})
    assert program.is_active(tokens["refresh_token"]) == {"active": False}


def test_a_consent_over_its_time_is_over_for_tokens_too(program, people):
    tokens = program.get_tokens(people["kim"][1])
    TransferConsentRow.objects.update(expires_at=now() - timedelta(seconds=1))
    assert program.fetch(tokens["access_token"]).status_code == 401
    assert program.refresh(tokens["refresh_token"]).json()["error"] == "invalid_grant"
    assert program.is_active(tokens["refresh_token"]) == {"active": False}


def test_a_bundle_that_changed_needs_a_new_yes(program, people):
    tokens = program.get_tokens(people["kim"][1])
    TransferConsentRow.objects.update(version=0)
    assert program.fetch(tokens["access_token"]).status_code == 401


def test_who_shows_no_secret_gets_nothing(program):
    for login, form in (
        ((program.made.program, "wrong"), {}),
        (("unknown", program.made.secret), {}),
        (None, {"client_id": program.made.program}),
        (None, {}),
        (program.login, {"client_id": program.made.program, "client_secret": program.made.secret}),
    ):
        for name in ("pushed_authorization_request", "token", "introspection", "revocation"):
            reply = program.post(name, {"token": "x", **form}, auth=login)
            assert (reply.status_code, reply.json()["error"]) == (401, "invalid_client"), (login, form, name)
            assert "Basic" in reply.headers["WWW-Authenticate"]
    form = {"client_id": program.made.program, "client_secret": program.made.secret, "token": "x"}
    assert program.post("introspection", form, auth=None).json() == {"active": False}
    twice = program.post("introspection", {"token": ["a", "b"]})
    assert (twice.status_code, twice.json()["error"]) == (400, "invalid_request")


KEY = ECKey.generate_key("P-256", {"kid": "k-1"}, auto_kid=False)
BY_KEY = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


class SigningProgram(Program):
    """A program that has no secret: every request is signed, by PyJWT."""

    def __init__(self, issuer):
        super().__init__(issuer, keys=[KEY.as_dict(private=False)])
        assert self.made.secret == ""

    def sign(self, key=KEY, header=None, **changes):
        at = int(now().timestamp())
        claims = {
            "iss": self.made.program, "sub": self.made.program, "aud": self.known["issuer"], "iat": at,
            "exp": at + 60, "jti": secrets.token_hex(8), **changes,
        }  # fmt: skip
        claims = {name: value for name, value in claims.items() if value is not None}
        return jwt.encode(claims, key.as_pem(private=True), "ES256", {"kid": "k-1", **(header or {})})

    def post(self, name, form, **changes):
        shown = {"client_assertion_type": BY_KEY, "client_assertion": self.sign()}
        return super().post(name, {**shown, **form}, auth=None, **changes)


def test_a_program_that_signs_needs_no_secret(address, people):
    program = SigningProgram(f"{address}/mydata")
    assert "private_key_jwt" in program.known["token_endpoint_auth_methods_supported"]
    assert "ES256" in program.known["token_endpoint_auth_signing_alg_values_supported"]
    tokens = program.get_tokens(people["kim"][1])
    assert program.fetch(tokens["access_token"]).json()["content"]["resident_extract"]["name"] == "김가상"
    assert program.is_active(tokens["access_token"])["active"]
    again = program.refresh(tokens["refresh_token"]).json()
    assert program.post("revocation", {"token": again["refresh_token"]}).status_code == 200
    assert program.is_active(again["access_token"]) == {"active": False}
    for audience in ("token_endpoint", "pushed_authorization_request_endpoint"):
        for said in (program.known[audience], [program.known[audience]]):
            signed = program.sign(aud=said, header={"typ": "client-authentication+jwt"})
            assert program.post("introspection", {"client_assertion": signed}).status_code == 200


def test_what_a_program_did_not_sign_for_here_for_now_is_nobodys(address, people):
    program, other = SigningProgram(f"{address}/mydata"), Program(f"{address}/mydata")
    at, stranger = int(now().timestamp()), ECKey.generate_key("P-256")
    used = program.sign()
    assert program.post("introspection", {"client_assertion": used}).status_code == 200
    header, claims, _ = program.sign().split(".")
    for wrong in (
        {"client_assertion": used},
        {"client_assertion": program.sign(stranger)},
        {"client_assertion": program.sign(header={"kid": "k-2"})},
        {"client_assertion": program.sign(header={"typ": "kb+jwt"})},
        {"client_assertion": program.sign(sub=other.made.program, iss=other.made.program)},
        {"client_assertion": program.sign(iss=other.made.program)},
        {"client_assertion": program.sign(sub=None)},
        {"client_assertion": program.sign(aud="https://elsewhere.example")},
        {"client_assertion": program.sign(aud=[program.known["issuer"], "https://elsewhere.example"])},
        {"client_assertion": program.sign(aud=None)},
        {"client_assertion": program.sign(exp=at - 120)},
        {"client_assertion": program.sign(exp=at + 7200)},
        {"client_assertion": program.sign(exp=None)},
        {"client_assertion": program.sign(nbf=at + 600)},
        {"client_assertion": program.sign(jti=None)},
        {"client_assertion": f"{header}.{claims}."},
        {"client_assertion": "x"},
        {"client_assertion_type": "x"},
        {"client_id": other.made.program},
        {"client_secret": "x", "client_id": program.made.program},
    ):
        reply = program.post("introspection", {"token": "x", **wrong})
        assert (reply.status_code, reply.json()["error"]) == (401, "invalid_client"), wrong
    assert other.post("introspection", {"token": "x", "client_assertion": program.sign()}).status_code == 401
    for secret in ("", "x"):
        login = {"client_id": program.made.program, "client_secret": secret, "token": "x"}
        assert httpx.post(program.known["introspection_endpoint"], data=login).status_code == 401
    new = ECKey.generate_key("P-256", {"kid": "k-2"}, auto_kid=False)
    for actor, keys in ((Actor(id="m", name=""), [new.as_dict(private=False)]), (HOUSE, [])):
        with pytest.raises((NotAllowed, BadInput)):
            change_program_keys(actor=actor, now=now(), program_id=program.made.program, keys=keys)
    with pytest.raises(BadInput):
        change_program_keys(
            actor=HOUSE, now=now(), program_id=other.made.program, keys=[new.as_dict(private=False)]
        )
    keys = [new.as_dict(private=False)]
    change_program_keys(actor=HOUSE, now=now(), program_id=program.made.program, keys=keys)
    assert program.post("introspection", {"token": "x"}).status_code == 401
    signed = {"client_assertion": program.sign(new, {"kid": "k-2"})}
    assert program.post("introspection", signed).status_code == 200
    withdraw_program(actor=HOUSE, now=now(), program_id=program.made.program, reason="test")
    assert program.post("introspection", {"token": "x"}).status_code == 401
    AssertionRow.objects.update(expires_at=now())
    other_signer = SigningProgram(f"{address}/mydata")
    assert other_signer.post("introspection", {"token": "x"}).status_code == 200
    assert AssertionRow.objects.count() == 1, "what is over is forgotten"


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"redirect_uri": "https://housing.example/callback"}, "invalid_request"),
        ({"redirect_uri": "https://evil.example/callback?from=madang"}, "invalid_request"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"scope": "family_benefits"}, "invalid_scope"),
        ({"scope": "youth_rent small_business_loan resident_extract"}, None),
        ({"response_type": "token"}, "unsupported_response_type"),
    ],
)
def test_what_may_not_be_asked_for_is_refused_at_once(program, changes, error):
    reply = program.push(**changes)
    if error is None:
        assert reply.status_code == 201 and PushedRow.objects.get().kind == "youth_rent"
        return
    assert (reply.status_code, reply.json()["error"]) == (400, error)


def test_a_request_is_not_answered_at_the_wallets_page_nor_under_another_name(program, people):
    browser = people["kim"][1]
    url = program.open()
    host = {"headers": {"host": urlsplit(url).netloc}}
    query = urlsplit(url).query
    assert browser.get(f"/wallet/authorize?{query}", **host).status_code == 422
    wrong = query.replace(program.made.program, "madang-holder")
    assert browser.get(f"/wallet/mydata/authorize?{wrong}", **host).status_code == 422


def test_a_program_that_was_stopped_is_stopped(program, people):
    tokens = program.get_tokens(people["kim"][1])
    url = program.open()
    stranger = Actor(id="m", name="", grants=frozenset({("wallet.connect", "welfare")}))
    with pytest.raises(NotAllowed):
        withdraw_program(actor=stranger, now=now(), program_id=program.made.program, reason="")
    withdraw_program(actor=HOUSE, now=now(), program_id=program.made.program, reason="test")
    assert program.fetch(tokens["access_token"]).status_code == 401
    assert program.refresh(tokens["refresh_token"]).status_code == 401
    assert press(people["kim"][1], url, allow="yes", days="7").status_code == 422
    assert TransferConsentRow.objects.count() == 1


@pytest.mark.parametrize(
    ("address", "is_safe"),
    [
        ("https://a.example/cb", True), ("https://a.example", True), ("http://127.0.0.1:8080/cb", True),
        ("http://a.example/cb", False), ("https://a.example/cb#x", False), ("https://u@a.example/", False),
        ("javascript:alert(1)", False), ("https://a.example:0/", False), ("https://a.example/ x", False),
        ("http://127.0.0.1.evil.example/", False), ("https://", False), ("https://a.example\n/", False),
    ],
)  # fmt: skip
def test_codes_go_by_https_or_on_this_machine(address, is_safe):
    assert is_safe_address(address) == is_safe


@pytest.fixture
def provider(address, people, settings):
    """This house at a socket, known to itself as another provider."""
    settings.MADANG = read_settings({"MADANG_HAND_OVER_NETWORKS": "127.0.0.0/8"})
    issuer = f"{address}/mydata"
    callback = f"{address.removesuffix('/wallet')}/wallet/mydata/elsewhere/callback"
    made = register_program(actor=HOUSE, now=now(), title=TITLE, receiver="housing", redirect_uris=[callback])
    number = register_provider(
        actor=HOUSE, now=now(), title=TITLE, issuer=issuer,
        client=made.program, secret=made.secret, scope="youth_rent",
    )  # fmt: skip
    return number, made


def connect(address, browser, number):
    """Walk from the button to the provider's page and back; return the address the citizen comes back by."""
    home = address.removesuffix("wallet")
    goes_to = press_connect(browser, home, number)
    back = press(browser, goes_to, allow="yes", days="7")
    assert back.status_code == 302, back.content
    return back.headers["Location"]


def press_connect(browser, home, number):
    reply = post(browser, home, f"/wallet/mydata/elsewhere/{number}/connect/")
    assert reply.status_code == 302, reply.content
    return reply.headers["Location"]


def post(browser, home, path):
    host = {"headers": {"host": urlsplit(home).netloc}}
    page = browser.get("/wallet/mydata/elsewhere/", **host)
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.content.decode())[1]
    return browser.post(path, {"csrfmiddlewaretoken": token}, **host)


def test_a_citizen_connects_to_another_provider_looks_and_forgets(address, provider, people):
    (account, browser), (_, other) = people["kim"], people["lee"]
    number, made = provider
    browser.cookies["language"] = "en"
    back = connect(address, browser, number)
    path = back.removeprefix(address.removesuffix("/wallet"))
    host = {"headers": {"host": urlsplit(address).netloc}}
    assert other.get(path, **host).status_code == 422, "another citizen's browser finishes nothing"
    assert browser.get(path.replace("iss=", "iss=x"), **host).status_code == 422
    assert ConnectionRow.objects.count() == 0, "an answer of another issuer ends it"
    path = connect(address, browser, number).removeprefix(address.removesuffix("/wallet"))
    assert browser.get(path, **host).status_code == 302
    assert browser.get(path, **host).status_code == 422, "a state is good once"
    row = ConnectionRow.objects.get()
    assert row.state_hash is None and made.secret not in row.secrets + ProviderRow.objects.get().secret
    for _ in range(2):
        page = post(browser, address, f"/wallet/mydata/elsewhere/{row.id}/fetch/")
        assert "김가상" in page.content.decode() and "Date of birth" in page.content.decode()
        assert page.headers["Cache-Control"] == "no-store"
        ProgramTokenRow.objects.filter(is_refresh=False).update(expires_at=now())  # then it is refreshed
    assert post(other, address, f"/wallet/mydata/elsewhere/{row.id}/fetch/").status_code == 404
    assert post(other, address, f"/wallet/mydata/elsewhere/{row.id}/forget/").status_code == 404
    kept = json.dumps(list(ConnectionRow.objects.values()), default=str)
    assert "김가상" not in kept
    assert len(list_transfers(account.public_id)) == 2
    page = browser.get("/wallet/mydata/elsewhere/").content.decode()
    asked = next(one for one in re.findall(r"<details>.*?</details>", page, re.DOTALL) if "/forget/" in one)
    assert "the provider is asked to end your consent too" in asked
    page = post(browser, address, f"/wallet/mydata/elsewhere/{row.id}/forget/")
    assert "ended there too" in page.content.decode()
    assert ConnectionRow.objects.count() == 0
    assert ProgramGrantRow.objects.exclude(used_at=None).get().ended_at is not None


def test_a_provider_that_lets_it_no_longer_says_so_and_is_forgotten_all_the_same(
    address, provider, people, settings
):
    account, browser = people["kim"]
    path = connect(address, browser, provider[0]).removeprefix(address.removesuffix("/wallet"))
    browser.get(path, headers={"host": urlsplit(address).netloc})
    [consent] = list_consents(account.public_id, now())
    withdraw_transfer_consent(actor=Actor(id=account.public_id, name=""), now=now(), consent_id=consent.id)
    row = ConnectionRow.objects.get()
    assert post(browser, address, f"/wallet/mydata/elsewhere/{row.id}/fetch/").status_code == 403
    ProviderRow.objects.update(issuer="http://127.0.0.1:9/wallet/mydata")
    assert post(browser, address, f"/wallet/mydata/elsewhere/{row.id}/fetch/").status_code == 503
    browser.cookies["language"] = "en"
    page = post(browser, address, f"/wallet/mydata/elsewhere/{row.id}/forget/")
    assert "did not answer" in page.content.decode() and ConnectionRow.objects.count() == 0
    withdraw_provider(actor=HOUSE, now=now(), provider_id=provider[0], reason="test")
    assert ProviderRow.objects.get().secret == ""
    assert post(browser, address, f"/wallet/mydata/elsewhere/{provider[0]}/connect/").status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize(
    "issuer", ["http://a.example/x", "https://a.example/", "https://a.example/x?y", "no"]
)
def test_a_provider_has_an_address_that_is_safe(issuer):
    with pytest.raises(BadInput):
        register_provider(
            actor=HOUSE, now=now(), title=TITLE, issuer=issuer, client="c", secret="s", scope="x"
        )  # fmt: skip


class TestPrograms(ListPageCases):
    path = "/desk/wallet/programs/"
    list_page = PROGRAMS

    @pytest.fixture(autouse=True)
    def rows(self, db):
        register_program(actor=HOUSE, now=now(), title=TITLE, receiver="housing", redirect_uris=[REDIRECT])

    def test_a_secret_is_shown_once(self, reader):
        form = {"title_ko": "가", "title_en": "a", "receiver": "welfare"}
        assert reader.post(f"{self.path}new/", {**form, "redirect_uris": "ftp://x"}).status_code == 422
        reply = reader.post(f"{self.path}new/", {**form, "redirect_uris": REDIRECT})
        assert "client_secret" in reply.content.decode() and reply.headers["Cache-Control"] == "no-store"

    def test_a_program_with_a_key_is_given_no_secret(self, reader):
        form = {"title_ko": "가", "title_en": "a", "receiver": "welfare", "redirect_uris": REDIRECT}
        key = KEY.as_dict(private=False)
        for wrong in (
            "x",
            "[]",
            json.dumps(key),
            json.dumps({"keys": [KEY.as_dict(private=True)]}),
            json.dumps({"keys": [key, key]}),
        ):
            assert reader.post(f"{self.path}new/", {**form, "keys": wrong}).status_code == 422, wrong
        reply = reader.post(f"{self.path}new/", {**form, "keys": json.dumps({"keys": [key]})})
        assert reply.status_code == 200 and "client_secret" not in reply.content.decode()
        program = ProgramRow.objects.get(title_ko="가")
        assert program.keys == [key]
        keys = f"{self.path}{program.id}/keys/"
        assert key["x"] in reader.get(keys).content.decode()
        new = ECKey.generate_key("P-256").as_dict(private=False)
        assert reader.post(keys, {"keys": json.dumps({"keys": [new]})}).status_code == 302
        program.refresh_from_db()
        assert program.keys == [new]


class TestProviders(ListPageCases):
    path = "/desk/wallet/providers/"
    list_page = PROVIDERS

    @pytest.fixture(autouse=True)
    def rows(self, db):
        ProviderRow.objects.create(
            id="p", title_ko="가", title_en="a", issuer="https://a.example", client="c", secret="",
            scope="x", added_at=now(),
        )  # fmt: skip
