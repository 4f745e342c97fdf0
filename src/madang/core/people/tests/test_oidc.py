"""Other systems log people in with this house, and this house with other systems (OpenID Connect)."""

import hashlib
import secrets
from base64 import urlsafe_b64encode
from urllib.parse import parse_qs, urlsplit

import httpx
import jwt
import pytest
from allauth.idp.oidc.models import Client as OidcClient
from django.core.cache import cache
from django.db import connection

from madang.core.base.interface import HOUSE, BadInput, NotAllowed, NotFound
from madang.core.people.actions.clients import register_oidc_client, revoke_oidc_client
from madang.core.people.authentication import actor_of
from madang.core.people.models import Account, AuditRow

from .conftest import NOW, PASSWORD

HOME = "http://127.0.0.1:9/after-login"


def register(*addresses, actor=HOUSE):
    return register_oidc_client(
        actor=actor, now=NOW, name="복지 시스템", redirect_addresses=addresses or (HOME,)
    )


def visit(live_server):
    return httpx.Client(base_url=live_server.url, follow_redirects=False, timeout=20)


def post(browser, address, **form):
    token = browser.cookies.get("csrftoken", "")
    return browser.post(
        address,
        data=form | {"csrfmiddlewaretoken": token},
        headers={"Referer": str(browser.base_url)},
    )


def sign_in(browser, username):
    browser.get("/accounts/login/")
    assert post(browser, "/accounts/login/", login=username, password=PASSWORD).status_code == 302


def agree(browser, address):
    """Say yes on the consent page at `address`, and return where the browser is sent."""
    page = browser.get(address)
    assert page.status_code == 200, page.text
    assert "form-action 'self' https:" in page.headers["content-security-policy"]
    signed = page.text.split('name="request" value="')[1].split('"')[0]
    answer = browser.post(
        "/identity/o/authorize",
        data={
            "request": signed,
            "scopes": ["openid", "profile"],
            "action": "grant",
            "csrfmiddlewaretoken": browser.cookies["csrftoken"],
        },
        headers={"Referer": str(browser.base_url)},
    )
    assert answer.status_code == 302, answer.text
    return answer.headers["location"]


@pytest.mark.django_db(transaction=True)
def test_another_system_logs_a_person_in_by_the_code_flow(live_server, make_account):
    account = make_account("han", ("officer", "*", "*"))
    client = register()
    browser, system = visit(live_server), visit(live_server)
    described = system.get("/.well-known/openid-configuration").json()
    verifier = secrets.token_urlsafe(48)
    challenge = urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    ask = {
        "client_id": client.id,
        "redirect_uri": HOME,
        "response_type": "code",
        "scope": "openid profile",
        "state": "s-1",
        "nonce": "n-1",
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    address = str(httpx.URL(described["authorization_endpoint"], params=ask))
    assert browser.get(address).headers["location"].startswith("/accounts/login/")
    sign_in(browser, "han")
    landed = urlsplit(agree(browser, address))
    answer = {name: values[0] for name, values in parse_qs(landed.query).items()}
    assert f"{landed.scheme}://{landed.netloc}{landed.path}" == HOME
    assert answer["state"] == "s-1"

    exchange = {
        "grant_type": "authorization_code",
        "code": answer["code"],
        "redirect_uri": HOME,
        "code_verifier": verifier,
    }
    wrong = system.post(described["token_endpoint"], data=exchange, auth=(client.id, "not the secret"))
    assert wrong.status_code in {400, 401}
    tokens = system.post(described["token_endpoint"], data=exchange, auth=(client.id, client.secret)).json()
    key = jwt.PyJWK(system.get(described["jwks_uri"]).json()["keys"][0])
    claims = jwt.decode(
        tokens["id_token"], key, algorithms=["RS256"], audience=client.id, issuer=described["issuer"]
    )
    assert (claims["sub"], claims["nonce"]) == (account.public_id, "n-1")
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    told = system.get(described["userinfo_endpoint"], headers=bearer).json()
    assert (told["sub"], told["name"], told["preferred_username"]) == (account.public_id, "Han", "han")

    refresh = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
    fresh = system.post(described["token_endpoint"], data=refresh, auth=(client.id, client.secret)).json()
    bearer = {"Authorization": f"Bearer {fresh['access_token']}"}
    assert system.get(described["userinfo_endpoint"], headers=bearer).json()["sub"] == account.public_id


def count_shared(word):
    """Count what lies where every web process finds it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM login_cache WHERE cache_key LIKE %s", [f"%{word}%"])
        return cursor.fetchone()[0]


@pytest.mark.parametrize("is_shared", [False, True])
@pytest.mark.django_db(transaction=True)
def test_a_code_that_is_shown_again_ends_what_it_was_given_for(
    live_server, make_account, settings, is_shared
):
    """RFC 6749, 4.1.2: also what was refreshed since; another login of the same person stays."""
    settings.CACHES = {"default": settings.SHARED_CACHE if is_shared else settings.OWN_CACHE}
    cache.clear()
    make_account("han")
    client = register()
    browser, system = visit(live_server), visit(live_server)
    sign_in(browser, "han")
    ask = {
        "client_id": client.id,
        "response_type": "code",
        "scope": "openid profile",
        "redirect_uri": HOME,
    }
    address = str(httpx.URL("/identity/o/authorize", params=ask))

    def bring(secret=client.secret, **form):
        return system.post("/identity/o/api/token", data=form, auth=(client.id, secret))

    def login():
        code = parse_qs(urlsplit(agree(browser, address)).query)["code"][0]
        assert count_shared(code) == is_shared
        return {"grant_type": "authorization_code", "code": code, "redirect_uri": HOME}

    def is_alive(tokens):
        bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
        return system.get("/identity/o/api/userinfo", headers=bearer).status_code == 200

    first, other = login(), login()
    tokens, others = bring(**first).json(), bring(**other).json()
    fresh = bring(grant_type="refresh_token", refresh_token=tokens["refresh_token"]).json()
    assert is_alive(tokens) and is_alive(fresh) and is_alive(others)
    assert bring(secret="not the secret", **first).status_code in {400, 401}
    assert bring(**first | {"code": "never given"}).json()["error"] == "invalid_grant"
    assert is_alive(tokens) and is_alive(fresh)
    assert bring(**first).json()["error"] == "invalid_grant"
    assert [is_alive(one) for one in (tokens, fresh, others)] == [False, False, True]
    assert (
        bring(grant_type="refresh_token", refresh_token=fresh["refresh_token"]).json()["error"]
        == "invalid_grant"
    )
    assert AuditRow.objects.get(action="people.end_reused_code").subject == client.id


@pytest.mark.django_db(transaction=True)
def test_a_code_goes_only_to_a_registered_address(live_server, make_account):
    make_account("han")
    client = register()
    browser = visit(live_server)
    sign_in(browser, "han")
    ask = {"client_id": client.id, "response_type": "code", "scope": "openid"}
    page = browser.get("/identity/o/authorize", params=ask | {"redirect_uri": "https://evil.example/"})
    assert page.status_code == 200
    assert 'name="request"' not in page.text


@pytest.mark.django_db(transaction=True)
def test_this_house_logs_a_person_in_with_another_system(live_server, make_account, settings):
    """The other system is this same server, in another browser; the account it makes is a citizen's."""
    account = make_account("han", ("admin", "*", "*"))
    client = register(f"{live_server.url}/accounts/oidc/neighbour/login/callback/")
    neighbour = {
        "provider_id": "neighbour",
        "name": "이웃 도시",
        "client_id": client.id,
        "secret": client.secret,
        "settings": {"server_url": live_server.url},
    }
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [neighbour], "OAUTH_PKCE_ENABLED": True}}
    here, there = visit(live_server), visit(live_server)
    assert "이웃 도시" in here.get("/accounts/login/").text
    here.get("/accounts/oidc/neighbour/login/")
    sent = post(here, "/accounts/oidc/neighbour/login/").headers["location"]
    sign_in(there, "han")
    back = agree(there, sent)
    answer = here.get(back)
    if answer.headers.get("location", "").startswith("/accounts/3rdparty/signup"):
        here.get("/accounts/3rdparty/signup/")
        answer = post(here, "/accounts/3rdparty/signup/", username="han2")
    assert (answer.status_code, answer.headers["location"]) == (302, "/")
    new = Account.objects.exclude(pk=account.pk).get()
    assert new.name == "Han"
    assert [(one.role, one.agency_code) for one in new.grants.all()] == [("citizen", "*")]
    assert not actor_of(new).may("people.read_accounts")


@pytest.mark.django_db
def test_clients_are_registered_by_administrators_for_safe_addresses(admin, make_account):
    client = register(HOME, "https://welfare.example/callback", actor=admin)
    row = OidcClient.objects.get(pk=client.id)
    assert row.check_secret(client.secret)
    assert client.secret not in row.secret
    for wrong in ((), ("http://welfare.example/",), ("javascript:alert(1)",), ("/relative",)):
        with pytest.raises(BadInput):
            register_oidc_client(actor=admin, now=NOW, name="x", redirect_addresses=wrong)
    with pytest.raises(NotAllowed):
        register(actor=actor_of(make_account("han", ("officer", "*", "*"))))
    revoke_oidc_client(actor=admin, now=NOW, client_id=client.id)
    with pytest.raises(NotFound):
        revoke_oidc_client(actor=admin, now=NOW, client_id=client.id)
    assert [row.action for row in AuditRow.objects.all()] == [
        "people.register_oidc_client",
        "people.revoke_oidc_client",
    ]
