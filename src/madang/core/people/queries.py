"""Every read of the people room."""

from __future__ import annotations

from datetime import datetime

import msgspec
from allauth.usersessions.models import UserSession
from django.db.models import Q, QuerySet

from madang.core.base.interface import Actor, NotFound

from .models import Account, Agency, ApiToken, AuditRow, Consent, Grant
from .permissions import require
from .records import (
    AccountRecord,
    AgencyRecord,
    AuditRecord,
    ConsentRecord,
    GrantRecord,
    SessionRecord,
    TokenRecord,
)
from .wording import say_device


def list_agencies(kind: str = "", search: str = "", sort: str = "code") -> list[AgencyRecord]:
    """Return agencies of one kind or all, by the column `sort` of the register."""
    rows = Agency.objects.order_by(sort, "code")
    if kind:
        rows = rows.filter(kind=kind)
    if search:
        words = Q(code__icontains=search) | Q(name_ko__icontains=search)
        rows = rows.filter(words | Q(name_en__icontains=search))
    return [to_agency_record(row) for row in rows]


def find_email(person_id: str) -> str:
    """Return the address of whoever has this id and an account that is open, "" where there is none."""
    rows = Account.objects.filter(public_id=person_id, is_active=True)
    return rows.values_list("email", flat=True).first() or ""


def get_agency(code: str) -> AgencyRecord:
    """Return one agency; NotFound where there is none."""
    row = Agency.objects.filter(code=code).first()
    if row is None:
        raise NotFound("people.agency_unknown", "그런 기관이 없습니다", "there is no such agency")
    return to_agency_record(row)


def list_accounts(
    actor: Actor,
    *,
    search: str = "",
    role: str = "",
    agency_code: str = "",
    sort: str = "username",
    offset: int = 0,
    limit: int = 100,
) -> tuple[list[AccountRecord], int]:
    """Return one page of the accounts in the actor's agencies, and the exact number of all."""
    require(actor, "people.read_accounts")
    rows = Account.objects.prefetch_related("grants").order_by(sort, "pk")
    if not actor.may("people.read_accounts", "*"):
        own = {agency for permission, agency in actor.grants if permission == "people.read_accounts"}
        rows = rows.filter(agency_code__in=own)
    if search:
        rows = rows.filter(Q(username__icontains=search) | Q(name__icontains=search))
    if role:
        rows = rows.filter(pk__in=Grant.objects.filter(role=role).values("account"))
    if agency_code:
        rows = rows.filter(agency_code=agency_code)
    return [to_account_record(row) for row in rows[offset : offset + limit]], rows.count()


def get_account(actor: Actor, account_id: str) -> AccountRecord:
    """Return one account with its roles."""
    account = find_account(account_id)
    if account.public_id != actor.id:
        require(actor, "people.read_accounts", account.agency_code or "*")
    return to_account_record(account)


def find_account(account_id: str) -> Account:
    """Return the row of an account by its public id; NotFound where there is none."""
    account = Account.objects.filter(public_id=account_id).first()
    if account is None:
        raise NotFound("people.account", "그런 계정이 없습니다", "there is no such account")
    return account


def list_sessions(actor: Actor, current_key: str) -> list[SessionRecord]:
    """Return where `actor` is logged in, newest first; `current_key` is this session's key."""
    rows = UserSession.objects.filter(user__public_id=actor.id).order_by("-last_seen_at")
    return [
        SessionRecord(
            id=row.pk,
            address=row.ip,
            device=say_device(row.user_agent),
            started_at=row.created_at,
            last_seen_at=row.last_seen_at,
            is_current=row.session_key == current_key,
        )
        for row in rows
        if row.exists()
    ]


def list_tokens(actor: Actor) -> list[TokenRecord]:
    """Return the actor's own API tokens, newest first."""
    rows = ApiToken.objects.filter(account__public_id=actor.id).order_by("-created_at")
    return [to_token_record(row) for row in rows]


def list_consents(actor: Actor) -> list[ConsentRecord]:
    """Return the actor's own consents, newest first."""
    return [to_consent_record(row) for row in Consent.objects.filter(subject=actor.id).order_by("-given_at")]


class AuditFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which rows of the audit log to show; empty fields don't narrow."""

    search: str = ""
    action: str = ""
    since: datetime | None = None


def filter_audit(actor: Actor, which: AuditFilter) -> QuerySet[AuditRow]:
    """Return matching rows of the audit log, unordered; only for auditors of the whole city."""
    require(actor, "people.read_audit", "*")
    rows = AuditRow.objects.all()
    if which.action:
        rows = rows.filter(action=which.action)
    if which.since:
        rows = rows.filter(at__gte=which.since)
    if which.search:
        anywhere = Q(actor_name__icontains=which.search) | Q(subject__icontains=which.search)
        rows = rows.filter(anywhere | Q(action__icontains=which.search) | Q(purpose__icontains=which.search))
    return rows


def list_audit(
    actor: Actor, which: AuditFilter, *, sort: str = "-seq", offset: int = 0, limit: int = 100
) -> tuple[list[AuditRecord], int]:
    """Return one page of the audit log, newest first, and the exact number of matching rows."""
    rows = filter_audit(actor, which).order_by(sort, "-seq")
    return [to_audit_record(row) for row in rows[offset : offset + limit]], rows.count()


def list_audit_actions() -> list[str]:
    """Return every action that the audit log knows."""
    return list(AuditRow.objects.order_by("action").values_list("action", flat=True).distinct())


def to_agency_record(row: Agency) -> AgencyRecord:
    """Return a row as it crosses the border."""
    return AgencyRecord(
        code=row.code,
        name=row.name,
        kind=row.kind,
        parent_code=row.parent_code,
        district_code=row.district_code,
    )


def to_account_record(row: Account) -> AccountRecord:
    """Return a row as it crosses the border."""
    return AccountRecord(
        id=row.public_id,
        username=row.username,
        name=row.get_full_name(),
        email=row.email,
        agency_code=row.agency_code,
        is_active=row.is_active,
        is_superuser=row.is_superuser,
        is_demo=row.is_demo,
        joined_at=row.date_joined,
        last_login_at=row.last_login,
        grants=tuple(
            GrantRecord(
                role=one.role, service=one.service, agency_code=one.agency_code, granted_at=one.granted_at
            )
            for one in sorted(row.grants.all(), key=lambda one: one.pk)
        ),
    )


def to_token_record(row: ApiToken) -> TokenRecord:
    """Return a row as it crosses the border."""
    return TokenRecord(
        id=row.public_id,
        name=row.name,
        prefix=row.prefix,
        scopes=tuple(row.scopes),
        agency_code=row.agency_code,
        created_at=row.created_at,
        expires_at=row.expires_at,
        last_used_at=row.last_used_at,
        revoked_at=row.revoked_at,
    )


def to_consent_record(row: Consent) -> ConsentRecord:
    """Return a row as it crosses the border."""
    return ConsentRecord(
        id=row.public_id,
        subject=row.subject,
        purpose=row.purpose,
        legal_basis=row.legal_basis,
        given_at=row.given_at,
        expires_at=row.expires_at,
        withdrawn_at=row.withdrawn_at,
    )


def to_audit_record(row: AuditRow) -> AuditRecord:
    """Return a row as it crosses the border."""
    return AuditRecord(
        seq=row.seq,
        at=row.at,
        actor_id=row.actor_id,
        actor_name=row.actor_name,
        action=row.action,
        subject=row.subject,
        purpose=row.purpose,
        details=msgspec.json.decode(row.details_json),
        previous_hash=row.previous_hash,
        hash=row.hash,
    )
