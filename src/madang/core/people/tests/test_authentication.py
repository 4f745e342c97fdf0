"""Who sends a request: a session, a token, or nobody; and what each may do."""

import asyncio
import base64
from datetime import timedelta

import httpx
import pytest
from django.contrib.auth.models import Permission
from django.core.management import call_command
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from starlette.applications import Starlette

from madang.core.base.interface import ANONYMOUS, Actor, Text, now
from madang.core.pages.interface import Route, build_starlette_routes
from madang.core.people.actions.accounts import revoke_role, set_account_active
from madang.core.people.actions.tokens import issue_token, revoke_token
from madang.core.people.authentication import actor_of, authenticate_request, narrow_to_token
from madang.core.people.models import ApiToken
from madang.core.people.roles import list_role_permissions

from .conftest import PASSWORD

pytestmark = pytest.mark.django_db
READ, CHANGE = "people.read_accounts", "people.change_accounts"


def echo(request, _query, _body):
    return request.state.actor


def ask(method="GET", cookies=None, **sent):
    """Send a request to a real Starlette application that answers with its actor."""
    routes = [
        Route(method=verb, path="/whoami", endpoint=echo, permission="public", summary=Text(ko="", en=""))
        for verb in ("GET", "POST")
    ]
    application = Starlette(routes=build_starlette_routes(routes, authenticate_request))

    async def send():
        transport = httpx.ASGITransport(application)
        client = httpx.AsyncClient(transport=transport, base_url="http://testserver", cookies=cookies)
        async with client:
            return await client.request(method, "/whoami", **sent)

    return asyncio.run(send())


def sign_in(username):
    client = Client(enforce_csrf_checks=True)
    client.get("/accounts/login/")
    form = {"login": username, "password": PASSWORD}
    token = {"csrfmiddlewaretoken": client.cookies["csrftoken"].value}
    answer = client.post("/accounts/login/", form | token)
    assert answer.status_code == 302, answer.content.decode()
    return {name: morsel.value for name, morsel in client.cookies.items()}


def token_for(account, *scopes, agency_code="*"):
    actor = actor_of(account)
    expires_at = now() + timedelta(days=1)
    return issue_token(
        actor=actor,
        now=now(),
        name="센서",
        scopes=scopes,
        expires_at=expires_at,
        agency_code=agency_code,
    )


def test_roles_give_what_manifests_say():
    assert CHANGE in list_role_permissions("admin", "*")
    assert CHANGE in list_role_permissions("admin", "people")
    assert CHANGE not in list_role_permissions("admin", "lake")
    assert CHANGE not in list_role_permissions("citizen", "*")
    assert list_role_permissions("nobody", "*") == frozenset()


def test_a_role_in_an_agency_covers_those_below_it(agencies, make_account):
    actor = actor_of(make_account("han", ("admin", "*", "smart-city")))
    assert actor.may(CHANGE, "smart-city")
    assert actor.may(CHANGE, "smart-city.big-data")
    assert not actor.may(CHANGE, "city")
    assert not actor.may(CHANGE, "11110")
    assert not actor.may(CHANGE, "*")


@pytest.mark.django_db(transaction=True)
def test_nobody_is_anonymous():
    assert ask().json()["kind"] == ANONYMOUS.kind
    assert ask(cookies={"sessionid": "x' OR 1=1"}).json()["kind"] == ANONYMOUS.kind
    assert ask(cookies={"sessionid": "0" * 32}).json()["kind"] == ANONYMOUS.kind


@pytest.mark.django_db(transaction=True)
def test_a_session_reads_freely_and_writes_with_its_csrf_token(make_account):
    account = make_account("han", ("admin", "*", "*"))
    cookies = sign_in("han")
    assert ask(cookies=cookies).json()["id"] == account.public_id
    refused = ask("POST", cookies=cookies)
    assert (refused.status_code, refused.json()["code"]) == (403, "people.csrf")
    wrong = ask("POST", cookies=cookies, headers={"X-CSRFToken": "0" * 32})
    assert wrong.status_code == 403
    accepted = ask("POST", cookies=cookies, headers={"X-CSRFToken": cookies["csrftoken"]})
    assert accepted.json()["id"] == account.public_id
    elsewhere = {"X-CSRFToken": cookies["csrftoken"], "Origin": "https://evil.example"}
    assert ask("POST", cookies=cookies, headers=elsewhere).status_code == 403


@pytest.mark.django_db(transaction=True)
def test_a_closed_account_is_out_at_once(make_account, admin):
    account = make_account("han", ("admin", "*", "*"))
    cookies, token = sign_in("han"), token_for(account, READ).secret
    set_account_active(actor=admin, now=now(), account_id=account.public_id, is_active=False)
    assert ask(cookies=cookies).json()["kind"] == "anonymous"
    assert ask(headers={"Authorization": f"Bearer {token}"}).status_code == 401


@pytest.mark.django_db(transaction=True)
def test_a_token_does_no_more_than_it_says_and_needs_no_csrf(make_account, agencies):
    account = make_account("han", ("admin", "*", "*"), is_superuser=True)
    secret = token_for(account, READ, agency_code="smart-city").secret
    answer = ask("POST", headers={"Authorization": f"Bearer {secret}"}).json()
    assert answer["kind"] == "program"
    assert answer["is_superuser"] is False
    assert sorted(answer["grants"]) == [[READ, "smart-city"], [READ, "smart-city.big-data"]]
    assert ApiToken.objects.get().last_used_at is not None


@pytest.mark.django_db(transaction=True)
def test_a_token_may_be_the_password_of_basic_credentials(make_account):
    account = make_account("han", ("admin", "*", "*"))
    secret = token_for(account, READ).secret
    for sent, status in (
        (base64.b64encode(f"device:{secret}".encode()).decode(), 200),
        (base64.b64encode(f"{secret}:".encode()).decode(), 401),
        (base64.b64encode(b"han:password").decode(), 401),
        ("no base64", 401),
        (base64.b64encode(b"\xff:\xff").decode(), 401),
        ("", 401),
    ):
        assert ask(headers={"Authorization": f"Basic {sent}"}).status_code == status, sent


@pytest.mark.django_db(transaction=True)
def test_a_token_loses_what_its_owner_loses(make_account, admin):
    account = make_account("han", ("admin", "*", "smart-city"))
    secret = token_for(account, READ, CHANGE).secret
    headers = {"Authorization": f"Bearer {secret}"}
    assert [CHANGE, "smart-city"] in ask(headers=headers).json()["grants"]
    revoke_role(actor=admin, now=now(), account_id=account.public_id, role="admin", agency_code="smart-city")
    assert ask(headers=headers).json()["grants"] == []


@pytest.mark.django_db(transaction=True)
def test_unknown_expired_and_revoked_tokens_are_refused(make_account):
    account = make_account("han", ("admin", "*", "*"))
    issued = token_for(account, READ)
    headers = {"Authorization": f"Bearer {issued.secret}"}
    assert ask(headers=headers).status_code == 200
    for wrong in ("", "x", "mdg_00000000_" + "a" * 43, issued.secret[:-1] + "~", issued.secret + "a"):
        assert ask(headers={"Authorization": f"Bearer {wrong}"}).status_code == 401
    ApiToken.objects.update(expires_at=now() - timedelta(seconds=1))
    assert ask(headers=headers).status_code == 401
    ApiToken.objects.update(expires_at=now() + timedelta(days=1))
    revoke_token(actor=actor_of(account), now=now(), token_id=issued.token.id)
    assert ask(headers=headers).status_code == 401


@pytest.mark.django_db
def test_the_secret_of_a_token_is_kept_nowhere(make_account):
    issued = token_for(make_account("han", ("admin", "*", "*")), READ)
    row = ApiToken.objects.get()
    kept = " ".join(str(getattr(row, field.name)) for field in row._meta.fields)
    assert issued.secret.split("_", 2)[2] not in kept


COVERS = {
    "city": {"city", "smart-city", "smart-city.big-data"},
    "smart-city": {"smart-city", "smart-city.big-data"},
    "smart-city.big-data": {"smart-city.big-data"},
    "11110": {"11110"},
}
AGENCIES = st.sampled_from(["*", *COVERS])
PERMISSIONS = st.sampled_from([READ, CHANGE, "desk"])


@given(
    grants=st.frozensets(st.tuples(PERMISSIONS, AGENCIES)), scopes=st.sets(PERMISSIONS), agency_code=AGENCIES
)
@hypothesis_settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_no_token_exceeds_its_owner_or_itself(agencies, grants, scopes, agency_code):
    owner = Actor(id="a", name="a", grants=grants)
    narrow = narrow_to_token(owner, ApiToken(name="t", scopes=sorted(scopes), agency_code=agency_code))
    for permission, agency in narrow.grants:
        assert permission in scopes
        assert owner.may(permission, agency)
        assert agency_code == "*" or agency in COVERS[agency_code]


def test_an_actor_without_grants_may_do_nothing():
    assert not Actor(id="a", name="a").may(READ)


def test_django_keeps_no_permissions_of_its_own_beside_those_of_the_manifests():
    call_command("migrate", verbosity=0)
    assert not Permission.objects.exists()
