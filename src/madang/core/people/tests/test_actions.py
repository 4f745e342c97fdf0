"""Every change asks for its permission, does one thing, and leaves a row in the audit log."""

from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator

from madang.core.base.interface import ANONYMOUS, BadInput, Conflict, NotAllowed, NotFound, Text
from madang.core.people.actions.accounts import (
    grant_role,
    register_account,
    rename_account,
    reset_password,
    revoke_role,
    set_account_active,
)
from madang.core.people.actions.agencies import lay_out_agencies, register_agency
from madang.core.people.actions.consents import give_consent, record_personal_read, withdraw_consent
from madang.core.people.actions.tokens import issue_token, revoke_token
from madang.core.people.authentication import actor_of
from madang.core.people.models import Account, ApiToken, AuditRow
from madang.core.people.purposes import has_consent, list_purposes, require_purpose
from madang.core.people.queries import (
    AuditFilter,
    get_account,
    get_agency,
    list_accounts,
    list_agencies,
    list_audit,
    list_consents,
    list_tokens,
)
from madang.core.people.records import AgencyRecord

from .conftest import NOW

pytestmark = pytest.mark.django_db


def list_audited():
    return [row.action for row in AuditRow.objects.all()]


def register(actor, **changed):
    values = {"username": "han", "name": "한담당", "agency_code": "smart-city", "role": "officer"}
    return register_account(actor=actor, now=NOW, **(values | changed))


def test_an_administrator_makes_a_staff_account(admin):
    made = register(admin)
    account = Account.objects.get(username="han")
    assert account.check_password(made.password)
    assert not account.is_superuser
    assert [(one.role, one.agency_code) for one in made.account.grants] == [("officer", "smart-city")]
    assert list_audited() == ["people.register_account"]
    assert made.password not in AuditRow.objects.get().details_json


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"role": "citizen"}, BadInput),
        ({"role": "emperor"}, BadInput),
        ({"agency_code": "nowhere"}, BadInput),
        ({"username": "KIM-admin"}, Conflict),
        ({"username": "a b"}, BadInput),
        ({"username": ""}, BadInput),
        ({"email": "not an address"}, BadInput),
        ({"name": "가" * 200}, BadInput),
    ],
)
def test_a_wrong_staff_account_is_refused_whole(admin, changed, error):
    with pytest.raises(error):
        register(admin, **changed)
    assert Account.objects.count() == 1
    assert list_audited() == []


def test_an_agencys_administrator_stays_inside_it(make_account, agencies):
    actor = actor_of(make_account("choi", ("admin", "*", "smart-city")))
    register(actor, agency_code="smart-city.big-data")
    with pytest.raises(NotAllowed):
        register(actor, username="lee", agency_code="11110")
    account_id = Account.objects.get(username="han").public_id
    with pytest.raises(NotAllowed):
        grant_role(actor=actor, now=NOW, account_id=account_id, role="admin")
    assert [one.username for one in list_accounts(actor)[0]] == ["han"]


def test_roles_are_granted_once_and_revoked(admin, make_account):
    account = make_account("han")
    for _ in range(2):
        record = grant_role(
            actor=admin, now=NOW, account_id=account.public_id, role="operator", service="people"
        )
    assert len(record.grants) == 1
    record = revoke_role(
        actor=admin, now=NOW, account_id=account.public_id, role="operator", service="people"
    )
    assert record.grants == ()
    with pytest.raises(NotFound):
        revoke_role(actor=admin, now=NOW, account_id=account.public_id, role="operator")
    with pytest.raises(BadInput):
        grant_role(actor=admin, now=NOW, account_id=account.public_id, role="officer", service="nothing")
    assert list_audited() == ["people.grant_role", "people.revoke_role"]


def test_accounts_close_but_not_ones_own(admin, make_account):
    account = make_account("han")
    assert not set_account_active(
        actor=admin, now=NOW, account_id=account.public_id, is_active=False
    ).is_active
    with pytest.raises(BadInput):
        set_account_active(actor=admin, now=NOW, account_id=admin.id, is_active=False)


def test_a_lost_password_is_made_anew_and_ends_every_session(admin, make_account):
    account = make_account("han")
    Authenticator.objects.create(user=account, type="totp", data={"secret": "x"})
    before = account.get_session_auth_hash()
    made = reset_password(actor=admin, now=NOW, account_id=account.public_id)
    account.refresh_from_db()
    assert account.check_password(made.password)
    assert account.get_session_auth_hash() != before
    assert not Authenticator.objects.exists()
    root = make_account("root", is_superuser=True)
    with pytest.raises(NotAllowed):
        reset_password(actor=admin, now=NOW, account_id=root.public_id)
    assert list_audited() == ["people.reset_password"]


def test_an_agencys_auditor_does_not_read_the_whole_citys_log(make_account, agencies):
    actor = actor_of(make_account("song", ("auditor", "*", "smart-city")))
    with pytest.raises(NotAllowed):
        list_audit(actor, AuditFilter())


def test_one_renames_oneself(make_account):
    actor = actor_of(make_account("han"))
    assert rename_account(actor=actor, now=NOW, name=" 한지민 ", email="han@city.example").name == "한지민"
    with pytest.raises(BadInput):
        rename_account(actor=actor, now=NOW, name="한", email="x")


def test_strangers_change_and_read_nothing(admin, make_account):
    other = make_account("han", ("citizen", "*", "*"))
    for stranger in (ANONYMOUS, actor_of(other)):
        with pytest.raises(NotAllowed):
            register(stranger, username="new")
        with pytest.raises(NotAllowed):
            grant_role(actor=stranger, now=NOW, account_id=other.public_id, role="admin")
        with pytest.raises(NotAllowed):
            lay_out_agencies(actor=stranger, now=NOW)
        with pytest.raises(NotAllowed):
            list_accounts(stranger)
        with pytest.raises(NotAllowed):
            get_account(stranger, admin.id)
        with pytest.raises(NotAllowed):
            list_audit(stranger, AuditFilter())
    assert list_audited() == []


def test_the_pack_has_the_citys_72_agencies(admin):
    assert lay_out_agencies(actor=admin, now=NOW) == 72
    assert lay_out_agencies(actor=admin, now=NOW) == 72
    districts = list_agencies("district")
    assert len(districts) == 25
    assert all(one.code == one.district_code and len(one.code) == 5 for one in districts)
    divisions = {one.name.ko for one in list_agencies() if one.parent_code == "smart-city"}
    assert {"빅데이터담당관", "정보통신보안담당관", "데이터센터"} <= divisions
    assert get_agency("11230").name == Text(ko="동대문구", en="Dongdaemun-gu")
    assert list_audited() == ["people.lay_out_agencies"] * 2


def test_a_wrong_pack_changes_nothing(admin, tmp_path):
    pack = tmp_path / "pack.toml"
    before = list_agencies()
    head = '[[agency]]\ncode = "new"\nname = { ko = "새", en = "New" }\n'
    for wrong in ("agency = 1", "[[x]]", "not toml", head + 'kind = "x"'):
        pack.write_text(wrong, "utf-8")
        with pytest.raises(BadInput):
            lay_out_agencies(actor=admin, now=NOW, pack=pack)
    agency = AgencyRecord(code="new", name=Text(ko="새", en="New"), kind="bureau", parent_code="nowhere")
    with pytest.raises(BadInput):
        register_agency(actor=admin, now=NOW, agency=agency)
    assert list_agencies() == before


def issue(actor, **changed):
    values = {"name": "센서", "scopes": ["people.read_accounts"], "expires_at": NOW + timedelta(days=30)}
    return issue_token(actor=actor, now=NOW, **(values | changed))


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"name": " "}, BadInput),
        ({"scopes": []}, BadInput),
        ({"scopes": ["people.read_audit"]}, NotAllowed),
        ({"expires_at": NOW}, BadInput),
        ({"expires_at": NOW + timedelta(days=400)}, BadInput),
        ({"agency_code": "nowhere"}, BadInput),
    ],
)
def test_a_token_never_exceeds_its_owner(admin, changed, error):
    with pytest.raises(error):
        issue(admin, **changed)
    assert ApiToken.objects.count() == 0


def test_ones_tokens_are_ones_own(admin, make_account):
    stranger = actor_of(make_account("han"))
    token = issue(admin).token
    assert [one.id for one in list_tokens(admin)] == [token.id]
    assert list_tokens(stranger) == []
    with pytest.raises(NotFound):
        revoke_token(actor=stranger, now=NOW, token_id=token.id)
    assert revoke_token(actor=admin, now=NOW, token_id=token.id).revoked_at == NOW
    assert list_audited() == ["people.issue_token", "people.revoke_token"]


def test_consent_holds_until_it_is_withdrawn_or_over(make_account):
    actor = actor_of(make_account("han"))
    soon = NOW + timedelta(days=1)
    consent = give_consent(actor=actor, now=NOW, purpose="notification", expires_at=soon)
    assert has_consent(actor.id, "notification", now=NOW)
    assert not has_consent(actor.id, "notification", now=soon)
    assert not has_consent(actor.id, "personal_service", now=NOW)
    withdraw_consent(actor=actor, now=NOW, consent_id=consent.id)
    assert not has_consent(actor.id, "notification", now=NOW)
    assert [one.withdrawn_at for one in list_consents(actor)] == [NOW]
    assert list_audited() == ["people.give_consent", "people.withdraw_consent"]
    with pytest.raises(NotFound):
        withdraw_consent(actor=ANONYMOUS, now=NOW, consent_id=consent.id)


def test_personal_data_is_read_only_for_a_purpose_and_on_record(admin, make_account):
    person = actor_of(make_account("han"))
    for purpose in ("", "curiosity", "notification"):
        with pytest.raises(NotAllowed):
            record_personal_read(actor=admin, now=NOW, subject=person.id, purpose=purpose)
    assert list_audited() == []
    record_personal_read(actor=admin, now=NOW, subject=person.id, purpose="complaint_handling")
    give_consent(actor=person, now=NOW, purpose="notification", expires_at=NOW + timedelta(days=1))
    record_personal_read(actor=admin, now=NOW, subject=person.id, purpose="notification")
    row = AuditRow.objects.get(action="people.read_personal", purpose="notification")
    assert (row.actor_id, row.subject) == (admin.id, person.id)
    with pytest.raises(NotAllowed):
        require_purpose("notification", now=NOW)


def test_every_purpose_has_a_law():
    assert all(one.legal_basis.ko and one.legal_basis.en for one in list_purposes())


def test_an_auditor_finds_who_did_what(admin, make_account):
    auditor = actor_of(make_account("song", ("auditor", "*", "*")))
    for name in ("a", "b", "c"):
        register(admin, username=name)
    rows, count = list_audit(auditor, AuditFilter(action="people.register_account"), limit=2)
    assert ([row.seq for row in rows], count) == ([3, 2], 3)
    assert list_audit(auditor, AuditFilter(search="kim-ADMIN", since=NOW))[1] == 3
    assert list_audit(auditor, AuditFilter(since=NOW + timedelta(seconds=1)))[1] == 0
    assert list_audit(auditor, AuditFilter(search="nothing"))[1] == 0
