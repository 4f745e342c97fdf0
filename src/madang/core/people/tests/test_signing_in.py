"""People sign up and in: by password, with a second factor, never too often, and in both languages."""

import re
from datetime import timedelta

import pytest
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import get_resolver, reverse

from madang.core.base.interface import now, read_settings
from madang.core.people.authentication import actor_of
from madang.core.people.middleware import URL_PERMISSIONS
from madang.core.people.models import Account, AuditRow, LoginFailure

from .conftest import PASSWORD

pytestmark = pytest.mark.django_db
HANGUL = re.compile("[가-힣]")


def sign_in(client, username, password=PASSWORD):
    return client.post("/accounts/login/", {"login": username, "password": password})


def is_signed_in(client):
    return "_auth_user_id" in client.session


def code_now(secret):
    return format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))


def confirm(client):
    """Say the password once more, as important changes ask for."""
    assert client.post("/accounts/reauthenticate/", {"password": PASSWORD}).status_code == 302


def turn_on_totp(client):
    assert client.get("/accounts/2fa/totp/activate/").url.startswith("/accounts/reauthenticate/")
    confirm(client)
    secret = client.get("/accounts/2fa/totp/activate/").context["form"].secret
    answer = client.post("/accounts/2fa/totp/activate/", {"code": code_now(secret)})
    assert answer.status_code == 302, answer.content.decode()
    return secret


def test_a_citizen_signs_up_without_saying_who_they_are(client):
    form = {"username": "지민", "password1": PASSWORD, "password2": PASSWORD}
    answer = client.post("/accounts/signup/", form)
    assert (answer.status_code, answer.url) == (302, "/")
    account = Account.objects.get(username="지민")
    assert [(one.role, one.agency_code) for one in account.grants.all()] == [("citizen", "*")]
    assert not actor_of(account).may("desk")
    assert [row.action for row in AuditRow.objects.all()] == ["people.sign_up", "people.sign_in"]


@pytest.mark.parametrize("password", ["short", "1234567890123", "password123", "qwertyuiop"])
def test_weak_passwords_are_refused(client, password):
    form = {"username": "han", "password1": password, "password2": password}
    answer = client.post("/accounts/signup/", form)
    assert answer.status_code == 200
    assert Account.objects.count() == 0
    assert 'aria-invalid="true"' in answer.content.decode()


def test_staff_land_on_the_desk_and_citizens_in_the_city(client, make_account):
    make_account("han", ("officer", "*", "*"))
    make_account("lee", ("citizen", "*", "*"))
    assert sign_in(client, "han").url == "/desk/"
    client.logout()
    assert sign_in(client, "lee").url == "/"
    client.logout()
    answer = client.post("/accounts/login/", {"login": "lee", "password": PASSWORD, "next": "/account/"})
    assert answer.url == "/account/"


def test_a_login_never_leads_to_another_site(client, make_account):
    make_account("lee")
    form = {"login": "lee", "password": PASSWORD, "next": "https://evil.example/"}
    assert client.post("/accounts/login/", form).url == "/"


def test_after_too_many_wrong_passwords_even_the_right_one_waits(client, make_account):
    make_account("han")
    for _ in range(3):
        assert sign_in(client, "HAN", "wrong").status_code == 200
    answer = sign_in(client, "han")
    assert answer.status_code == 200
    assert not is_signed_in(client)
    assert "5분 뒤에" in answer.content.decode()
    assert sign_in(Client(REMOTE_ADDR="203.0.113.9"), "han").status_code == 200
    LoginFailure.objects.all().delete()
    assert sign_in(client, "han").status_code == 302


def test_one_address_cannot_try_many_names(client, make_account):
    make_account("han")
    for number in range(30):
        sign_in(client, f"guess-{number}", "wrong")
    assert not is_signed_in(client)
    assert sign_in(client, "han").status_code == 200
    elsewhere = Client(REMOTE_ADDR="203.0.113.9")
    assert sign_in(elsewhere, "han").status_code == 302


def test_with_an_authenticator_app_the_password_alone_is_not_enough(client, make_account):
    account = make_account("han", ("officer", "*", "*"))
    sign_in(client, "han")
    secret = turn_on_totp(client)
    stored = Authenticator.objects.get(user=account, type="totp").data["secret"]
    assert secret not in stored
    assert get_adapter().decrypt(stored) == secret
    codes = re.findall(r"\b\d{8}\b", client.get("/accounts/2fa/recovery-codes/").content.decode())
    assert len(codes) == 10
    client.logout()

    assert sign_in(client, "han").url == reverse("mfa_authenticate")
    assert not is_signed_in(client)
    assert client.post(reverse("mfa_authenticate"), {"code": "000000"}).status_code == 200
    assert not is_signed_in(client)
    client.post(reverse("mfa_authenticate"), {"code": codes[0]})
    assert is_signed_in(client)
    client.logout()
    sign_in(client, "han")
    client.post(reverse("mfa_authenticate"), {"code": codes[0]})
    assert not is_signed_in(client)
    assert TOTP(Authenticator.objects.get(user=account, type="totp")) is not None


def test_wrong_second_factors_are_limited_too(client, make_account, settings):
    settings.ACCOUNT_RATE_LIMITS = {"login_failed": "100/5m/ip,3/5m/key"}
    make_account("han")
    sign_in(client, "han")
    secret = turn_on_totp(client)
    client.logout()
    sign_in(client, "han")
    for _ in range(4):
        client.post(reverse("mfa_authenticate"), {"code": "000000"})
    client.post(reverse("mfa_authenticate"), {"code": code_now(secret)})
    assert not is_signed_in(client)


def test_where_it_is_required_staff_work_only_with_a_second_factor(client, make_account, settings):
    values = {"MADANG_REQUIRE_SECOND_FACTOR": "yes", "MADANG_DATA": str(settings.DATA_PATH)}
    settings.MADANG = read_settings(values)
    account = make_account("han", ("admin", "*", "*"), ("citizen", "*", "*"), is_superuser=True)
    sign_in(client, "han")
    assert client.get("/desk/people/accounts/").url == "/accounts/2fa/"
    assert not actor_of(account).may("people.read_accounts")
    turn_on_totp(client)
    assert client.get("/desk/people/accounts/").status_code == 200


def list_library_addresses():
    """Every address that the login libraries bring, as (view name, path or None)."""
    found = []

    def walk(resolver, namespace=""):
        for pattern in resolver.url_patterns:
            if hasattr(pattern, "url_patterns"):
                inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
                walk(pattern, inner)
            elif pattern.callback.__module__.startswith("allauth"):
                found.append(f"{namespace}{pattern.name}")

    walk(get_resolver())
    return found


def test_every_page_of_the_login_library_is_ours_or_closed():
    known = set(list_library_addresses())
    assert set(URL_PERMISSIONS) <= known | {"openid_connect_login", "openid_connect_callback"}
    assert known - set(URL_PERMISSIONS)


PUBLIC_PAGES = [
    "account_login",
    "account_signup",
    "account_logout",
    "account_inactive",
    "socialaccount_login_cancelled",
    "socialaccount_login_error",
]
OWN_PAGES = [
    "account_logout",
    "account_change_password",
    "account_reauthenticate",
    "mfa_index",
    "mfa_reauthenticate",
    "mfa_view_recovery_codes",
    "mfa_generate_recovery_codes",
    "mfa_activate_totp",
    "mfa_deactivate_totp",
    "mfa_list_webauthn",
    "mfa_add_webauthn",
    "mfa_reauthenticate_webauthn",
    "socialaccount_connections",
]


def read_page(client, name, language):
    answer = client.get(reverse(name), {"language": language}, follow=True)
    assert answer.status_code in {200, 401}, (name, answer.status_code)
    page = answer.content.decode()
    assert f'<html lang="{language}"' in page, name
    return re.sub(r"(?s)<header.*?</header>|<footer.*?</footer>|<head.*?</head>|<[^>]+>", "", page)


@pytest.mark.parametrize("language", ["ko", "en"])
def test_every_page_is_in_our_shell_in_both_languages(client, make_account, language):
    pages = {name: read_page(Client(), name, language) for name in PUBLIC_PAGES}
    make_account("han")
    sign_in(client, "han")
    turn_on_totp(client)
    pages |= {name: read_page(client, name, language) for name in OWN_PAGES}
    make_account("lee")
    sign_in(other := Client(), "lee")
    confirm(other)
    pages["mfa_activate_totp"] = read_page(other, "mfa_activate_totp", language)
    for name, words in pages.items():
        body = words.replace("한국어", "").replace("마당시", "")
        assert bool(HANGUL.search(body)) == (language == "ko"), (name, body.split())


@pytest.mark.parametrize("name", OWN_PAGES)
def test_pages_about_oneself_ask_strangers_to_sign_in(client, name):
    if URL_PERMISSIONS[name] == "signed-in":
        answer = client.get(reverse(name))
        assert (answer.status_code, answer.url.split("?")[0]) == (302, "/accounts/login/")


@pytest.mark.parametrize("name", ["account_reset_password", "account_email", "usersessions_list"])
def test_pages_we_do_not_offer_are_closed(client, name):
    assert client.get(reverse(name)).status_code == 403


def test_a_wall_stays_signed_in_while_it_renews_itself_and_other_pages_do_not(client, make_account):
    client.force_login(make_account("operator", is_superuser=True))
    for path, is_longer in (("/desk/", False), ("/wall/", True)):
        soon = now() + timedelta(hours=1)
        Session.objects.update(expire_date=soon)
        assert client.get(path).status_code == 200
        assert (Session.objects.get().expire_date > soon) == is_longer, path
    Session.objects.update(expire_date=soon)
    client.get("/wall/")
    assert Session.objects.get().expire_date == soon, "it is renewed once an hour, not with every picture"
