"""Accounts, their roles and their sessions."""

from __future__ import annotations

import secrets
from datetime import datetime

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from madang.core.base.interface import Actor, BadInput, Conflict, NotAllowed, NotFound, list_manifests
from madang.core.people.audit import record_audit
from madang.core.people.authentication import actor_of
from madang.core.people.models import Account, Agency, Grant
from madang.core.people.permissions import require
from madang.core.people.queries import find_account, to_account_record
from madang.core.people.records import AccountRecord, NewAccount
from madang.core.people.roles import ROLES, STAFF_ROLES


@transaction.atomic
def admit_citizen(*, account: Account, now: datetime) -> Account:
    """Save the account of somebody who signs up, with the role of a citizen and no other."""
    account.save()
    if not account.grants.exists():
        Grant.objects.create(account=account, role="citizen", granted_at=now)
        record_audit(actor=actor_of(account), now=now, action="people.sign_up", subject=account.public_id)
    return account


@transaction.atomic
def register_account(
    *, actor: Actor, now: datetime, username: str, name: str, agency_code: str, role: str, email: str = ""
) -> NewAccount:
    """Make a staff account with one role in its agency; the returned password is shown once."""
    require(actor, "people.change_accounts", agency_code)
    _check_grant(role, "*", agency_code)
    if role not in STAFF_ROLES:
        raise BadInput("people.role", "시민은 스스로 가입합니다", "citizens sign up themselves")
    if Account.objects.filter(username__iexact=username).exists():
        raise Conflict("people.username", "이미 있는 아이디입니다", "this user name is taken")
    password = secrets.token_urlsafe(12)
    account = Account(username=username, name=name, email=email, agency_code=agency_code, date_joined=now)
    account.set_password(password)
    _check_fields(account)
    account.save()
    Grant.objects.create(account=account, role=role, agency_code=agency_code, granted_at=now)
    details = {"username": username, "role": role, "agency_code": agency_code}
    record_audit(
        actor=actor, now=now, action="people.register_account", subject=account.public_id, details=details
    )
    return NewAccount(account=to_account_record(account), password=password)


@transaction.atomic
def register_superuser(*, actor: Actor, now: datetime, username: str, password: str) -> AccountRecord:
    """Make an account that may do everything; only who keeps the installation or another superuser may."""
    if not actor.is_superuser:
        raise NotAllowed(
            "people.superuser",
            "최고 관리자만 최고 관리자를 만들 수 있습니다",
            "only a superuser may make a superuser",
        )
    if Account.objects.filter(username__iexact=username).exists():
        raise Conflict("people.username", "이미 있는 아이디입니다", "this user name is taken")
    account = Account(username=username, is_superuser=True, date_joined=now)
    _check_fields(account)
    try:
        validate_password(password, account)
    except ValidationError as error:
        said = " ".join(error.messages)
        raise BadInput(
            "people.password", f"비밀번호를 바꿔 주세요: {said}", f"choose another password: {said}"
        ) from error
    account.set_password(password)
    account.save()
    record_audit(
        actor=actor,
        now=now,
        action="people.register_superuser",
        subject=account.public_id,
        details={"username": username},
    )
    return to_account_record(account)


@transaction.atomic
def rename_account(*, actor: Actor, now: datetime, name: str, email: str) -> AccountRecord:
    """Change the actor's own name and e-mail."""
    account = find_account(actor.id)
    account.name, account.email = name.strip(), email.strip()
    _check_fields(account)
    account.save()
    record_audit(actor=actor, now=now, action="people.rename_account", subject=account.public_id)
    return to_account_record(account)


@transaction.atomic
def reset_password(*, actor: Actor, now: datetime, account_id: str) -> NewAccount:
    """Give an account a new password, shown once, for somebody who can't sign in any more.

    Its passkeys and authenticator app go, since they may be what was lost; its sessions end.
    """
    account = find_account(account_id)
    _require_over(actor, account)
    if account.is_superuser and not actor.is_superuser:
        raise NotAllowed(
            "people.superuser",
            "최고 관리자의 비밀번호는 최고 관리자만 바꿀 수 있습니다",
            "only a superuser may reset a superuser's password",
        )
    password = secrets.token_urlsafe(12)
    account.set_password(password)
    account.save(update_fields=["password"])
    removed, _ = Authenticator.objects.filter(user=account).delete()
    record_audit(
        actor=actor,
        now=now,
        action="people.reset_password",
        subject=account.public_id,
        details={"second_factors_removed": removed},
    )
    return NewAccount(account=to_account_record(account), password=password)


@transaction.atomic
def set_account_active(*, actor: Actor, now: datetime, account_id: str, is_active: bool) -> AccountRecord:
    """Close an account, which ends its sessions and tokens at once, or open it again."""
    account = find_account(account_id)
    _require_over(actor, account)
    if account.public_id == actor.id:
        raise BadInput(
            "people.own_account", "자기 계정은 닫을 수 없습니다", "you can't close your own account"
        )
    account.is_active = is_active
    account.save(update_fields=["is_active"])
    action = "people.open_account" if is_active else "people.close_account"
    record_audit(actor=actor, now=now, action=action, subject=account.public_id)
    return to_account_record(account)


@transaction.atomic
def grant_role(
    *, actor: Actor, now: datetime, account_id: str, role: str, service: str = "*", agency_code: str = "*"
) -> AccountRecord:
    """Give an account a role in one service (or "*") for one agency and those below it (or "*")."""
    require(actor, "people.change_accounts", agency_code)
    _check_grant(role, service, agency_code)
    account = find_account(account_id)
    _, created = Grant.objects.get_or_create(
        account=account, role=role, service=service, agency_code=agency_code, defaults={"granted_at": now}
    )
    if created:
        details = {"role": role, "service": service, "agency_code": agency_code}
        record_audit(
            actor=actor, now=now, action="people.grant_role", subject=account.public_id, details=details
        )
    return to_account_record(account)


@transaction.atomic
def revoke_role(
    *, actor: Actor, now: datetime, account_id: str, role: str, service: str = "*", agency_code: str = "*"
) -> AccountRecord:
    """Take a role away; it holds no longer from the next request on."""
    require(actor, "people.change_accounts", agency_code)
    account = find_account(account_id)
    removed, _ = account.grants.filter(role=role, service=service, agency_code=agency_code).delete()
    if not removed:
        raise NotFound("people.grant", "그런 역할이 없습니다", "the account has no such role")
    details = {"role": role, "service": service, "agency_code": agency_code}
    record_audit(
        actor=actor, now=now, action="people.revoke_role", subject=account.public_id, details=details
    )
    return to_account_record(account)


@transaction.atomic
def end_session(*, actor: Actor, now: datetime, session_id: int) -> None:
    """Log the actor out in one of the places where they are logged in."""
    session = UserSession.objects.filter(pk=session_id, user__public_id=actor.id).first()
    if session is None:
        raise NotFound("people.session", "그런 로그인이 없습니다", "there is no such session")
    session.end()
    record_audit(actor=actor, now=now, action="people.end_session", subject=actor.id)


def _require_over(actor: Actor, account: Account) -> None:
    """Raise NotAllowed unless `actor` cares for the account's agency and for every agency it works for.

    Else a district's administrator could take over a colleague whose roles reach further.
    """
    require(actor, "people.change_accounts", account.agency_code or "*")
    for grant in account.grants.all():
        require(actor, "people.change_accounts", grant.agency_code)


def _check_grant(role: str, service: str, agency_code: str) -> None:
    if role not in ROLES:
        raise BadInput("people.role", f"모르는 역할입니다: {role}", f"unknown role: {role}")
    if service != "*" and service not in {manifest.name for manifest in list_manifests()}:
        raise BadInput("people.service", f"모르는 서비스입니다: {service}", f"unknown service: {service}")
    if agency_code != "*" and not Agency.objects.filter(code=agency_code).exists():
        raise BadInput("people.agency", f"모르는 기관입니다: {agency_code}", f"unknown agency: {agency_code}")


def _check_fields(account: Account) -> None:
    try:
        account.full_clean(exclude=["password"], validate_unique=False)
    except ValidationError as error:
        fields = ", ".join(error.message_dict)
        raise BadInput(
            "people.fields", f"다시 확인해 주세요: {fields}", f"please check: {fields}", **error.message_dict
        ) from error
