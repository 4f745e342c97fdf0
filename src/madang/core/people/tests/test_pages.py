"""Pages of the room: one's own account, and for the desk accounts, agencies and the audit log."""

import re
from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import resolve

from madang.core.base.interface import now
from madang.core.pages.testing import ListPageCases, PageCases
from madang.core.people.actions.agencies import lay_out_agencies
from madang.core.people.actions.tokens import issue_token
from madang.core.people.audit_state import note_audit_state
from madang.core.people.authentication import actor_of
from madang.core.people.middleware import ActorMiddleware
from madang.core.people.models import Account, ApiToken, AuditRow, Consent
from madang.core.people.pages.accounts import ACCOUNT_LIST
from madang.core.people.pages.agencies import AGENCY_LIST
from madang.core.people.pages.audit import AUDIT_LIST
from madang.core.people.wording import say_device

from .conftest import NOW, PASSWORD

pytestmark = pytest.mark.django_db


class TestAccountList(ListPageCases):
    path = "/desk/people/accounts/"
    list_page = ACCOUNT_LIST


class TestAgencyList(ListPageCases):
    path = "/desk/people/agencies/"
    list_page = AGENCY_LIST

    @pytest.fixture(autouse=True)
    def rows(self, admin):
        lay_out_agencies(actor=admin, now=NOW)


class TestAuditList(ListPageCases):
    path = "/desk/audit/"
    list_page = AUDIT_LIST

    @pytest.fixture(autouse=True)
    def rows(self, admin):
        lay_out_agencies(actor=admin, now=NOW)


class TestOwnAccount(PageCases):
    path = "/account/"


class TestNewToken(PageCases):
    path = "/account/tokens/new/"


class TestNewConsent(PageCases):
    path = "/account/consents/new/"


class TestName(PageCases):
    path = "/account/name/"


class TestNewAccount(PageCases):
    path = "/desk/people/accounts/new/"


class TestNewAgency(PageCases):
    path = "/desk/people/agencies/new/"


def enter(username):
    client = Client()
    client.post("/accounts/login/", {"login": username, "password": PASSWORD})
    return client


@pytest.fixture
def desk(admin):
    """The administrator's browser."""
    return enter("kim-admin")


def test_an_administrator_makes_an_account_and_sees_its_password_once(desk):
    form = {"username": "han", "name": "한담당", "email": "", "agency_code": "11110", "role": "officer"}
    page = desk.post("/desk/people/accounts/new/", form)
    assert page.headers["Cache-Control"] == "no-store"
    password = re.search(r"<code>(\S+)</code>", page.content.decode())[1]
    assert Account.objects.get(username="han").check_password(password)
    again = desk.post("/desk/people/accounts/new/", form)
    assert again.status_code == 422
    assert "이미 있는 아이디" in again.content.decode()


def test_roles_are_granted_and_revoked_on_the_page_of_the_account(desk, make_account):
    account = make_account("han")
    here = f"/desk/people/accounts/{account.public_id}/"
    assert "역할이 없습니다" in desk.get(here).content.decode()
    form = {"role": "operator", "service": "*", "agency_code": "smart-city"}
    assert desk.post(f"{here}grant/", form).url == here
    revoke = f"{here}revoke/operator/*/smart-city/"
    page = desk.get(here).content.decode()
    assert f'href="{revoke}"' in page
    assert "관제 요원" in page
    assert "다음 요청부터" in desk.get(revoke).content.decode()
    assert account.grants.exists()
    assert desk.post(revoke).url == here
    assert not account.grants.exists()


def test_an_account_is_closed_only_by_typing_its_name(desk, make_account):
    account = make_account("han")
    here = f"/desk/people/accounts/{account.public_id}/"
    assert desk.post(f"{here}close/", {"must_equal": "hen"}).status_code == 422
    assert desk.post(f"{here}close/", {"must_equal": "han"}).url == here
    account.refresh_from_db()
    assert not account.is_active
    desk.post(f"{here}open/")
    account.refresh_from_db()
    assert account.is_active


def test_an_administrator_gives_somebody_who_is_locked_out_a_new_password(desk, make_account):
    account = make_account("han")
    here = f"/desk/people/accounts/{account.public_id}/password/"
    assert "모든 곳에서 로그아웃" in desk.get(here).content.decode()
    password = re.search(r"<code>(\S+)</code>", desk.post(here).content.decode())[1]
    account.refresh_from_db()
    assert account.check_password(password)


def test_who_looks_at_an_account_is_on_record(desk, admin, make_account):
    account = make_account("han")
    desk.get(f"/desk/people/accounts/{account.public_id}/")
    row = AuditRow.objects.get(action="people.read_personal")
    assert (row.actor_id, row.subject, row.purpose) == (admin.id, account.public_id, "account_care")


def test_an_agency_is_added_and_shown_with_its_parts(desk):
    form = {"code": "new.part", "name_ko": "새 과", "name_en": "New", "kind": "division"}
    assert desk.post("/desk/people/agencies/new/", form | {"parent_code": "city"}).status_code == 302
    assert "새 과" in desk.get("/desk/people/agencies/city/").content.decode()
    assert desk.get("/desk/people/agencies/nowhere/").status_code == 404
    assert desk.post("/desk/people/agencies/new/", form | {"code": "a b"}).status_code == 422


def test_an_officer_sees_agencies_but_neither_accounts_nor_the_audit_log(make_account, agencies):
    make_account("han", ("officer", "*", "11110"))
    client = enter("han")
    assert client.get("/desk/people/agencies/").status_code == 200
    for path in ("/desk/people/accounts/", "/desk/audit/", "/desk/people/agencies/new/"):
        assert client.get(path).status_code == 403


def test_the_number_of_queries_does_not_grow_with_the_rows(desk, make_account, django_assert_max_num_queries):
    for number in range(12):
        make_account(f"officer-{number}", ("officer", "*", "11110"), agency_code="11110")
    with django_assert_max_num_queries(16):
        desk.get("/desk/people/accounts/")


def test_an_auditor_sees_a_broken_chain(make_account, admin):
    make_account("song", ("auditor", "*", "*"))
    client = enter("song")
    assert "아직 점검하지 않았습니다" in client.get("/desk/audit/").content.decode()
    lay_out_agencies(actor=admin, now=NOW)
    note_audit_state(now())
    assert "이어져 있습니다" in client.get("/desk/audit/").content.decode()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE people_auditrow SET subject = 'else' WHERE action = 'people.lay_out_agencies'")
    note_audit_state(now())
    page = client.get("/desk/audit/").content.decode()
    assert "감사 기록이 훼손되었습니다" in page
    assert "고쳐졌습니다" in page


def test_one_makes_a_token_sees_it_once_and_ends_it(desk, admin):
    form = {"name": "센서", "scopes": ["people.read_agencies"], "agency_code": "*", "days": "30"}
    page = desk.post("/account/tokens/new/", form).content.decode()
    secret = re.search(r"mdg_[0-9a-f]{8}_[\w-]{43}", page)[0]
    account = desk.get("/account/").content.decode()
    assert secret not in account
    assert "기관 보기" in account
    assert "people.read_agencies" not in account
    asked = re.search(r"<details><summary>없애기.*?</details>", account, re.DOTALL)[0]
    assert "되돌릴 수 없어요" in asked
    assert re.search(r"/account/tokens/[^\"]+/end/", asked)
    desk.cookies["language"] = "en"
    assert "See agencies" in desk.get("/account/").content.decode()
    token = ApiToken.objects.get()
    assert desk.post("/account/tokens/new/", form | {"scopes": ["people.read_audit"]}).status_code == 422
    assert desk.post(f"/account/tokens/{token.public_id}/end/").url == "/account/"
    token.refresh_from_db()
    assert token.revoked_at is not None


def test_one_ends_sessions_of_ones_own_only(make_account):
    make_account("han")
    make_account("lee")
    here, elsewhere, stranger = enter("han"), enter("han"), enter("lee")
    session = UserSession.objects.get(session_key=elsewhere.session.session_key)
    assert stranger.post(f"/account/sessions/{session.pk}/end/").status_code == 404
    assert elsewhere.get("/account/").status_code == 200
    assert f"/account/sessions/{session.pk}/end/" in here.get("/account/").content.decode()
    assert here.post(f"/account/sessions/{session.pk}/end/").status_code == 302
    assert elsewhere.get("/account/").status_code == 302
    assert here.get("/account/").status_code == 200


def test_consent_is_given_and_withdrawn(make_account):
    make_account("han")
    client = enter("han")
    assert client.post("/account/consents/new/", {"purpose": "notification", "days": "30"}).status_code == 302
    consent = Consent.objects.get()
    account = client.get("/account/").content.decode()
    asked = re.search(r"<details><summary>거두기.*?</details>", account, re.DOTALL)[0]
    assert "알림 보내기" in asked
    assert f"/account/consents/{consent.public_id}/end/" in asked
    client.post(f"/account/consents/{consent.public_id}/end/")
    consent.refresh_from_db()
    assert consent.withdrawn_at is not None
    assert client.post("/account/consents/new/", {"purpose": "emergency", "days": "30"}).status_code == 422


def test_a_view_that_declares_nothing_is_refused(make_account):
    request = RequestFactory().get("/account/")
    request.user = make_account("han", is_superuser=True)
    request.actor = actor_of(request.user)
    request.resolver_match = resolve("/account/")
    middleware = ActorMiddleware(lambda _: HttpResponse())
    assert middleware.process_view(request, resolve("/account/").func, (), {}) is None
    with pytest.raises(PermissionDenied):
        middleware.process_view(request, lambda _: HttpResponse(), (), {})


def test_expired_tokens_are_shown_as_such(make_account):
    account = make_account("han", ("admin", "*", "*"))
    expires_at = NOW + timedelta(days=1)
    issue_token(actor=actor_of(account), now=NOW, name="x", scopes=["desk"], expires_at=expires_at)
    ApiToken.objects.update(expires_at=now() - timedelta(days=1))
    assert "지났어요" in enter("han").get("/account/").content.decode()


@pytest.mark.parametrize(
    ("user_agent", "said"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36", "Chrome · Linux"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1",
            "Safari · iPhone",
        ),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36 Edg/140.0", "Edge · Windows"),
        ("curl/8.1", "curl/8.1"),
    ],
)
def test_a_device_is_said_in_two_words(user_agent, said):
    assert say_device(user_agent) == said
