"""API tokens of programs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from madang.core.base.interface import Actor, BadInput, NotAllowed, NotFound
from madang.core.people.audit import record_audit
from madang.core.people.models import Agency, ApiToken
from madang.core.people.permissions import require
from madang.core.people.queries import find_account, to_token_record
from madang.core.people.records import NewToken, TokenRecord
from madang.core.people.tokens import hash_secret, make_secret

LONGEST = timedelta(days=366)


@transaction.atomic
def issue_token(
    *,
    actor: Actor,
    now: datetime,
    name: str,
    scopes: Sequence[str],
    expires_at: datetime,
    agency_code: str = "*",
) -> NewToken:
    """Make a token that may do `scopes` (permissions the actor holds); its secret is shown once.

    With an agency, it may do them only for that agency and those below it. What the owner loses
    later, the token loses too.
    """
    if actor.kind != "person":
        raise NotAllowed("people.token_owner", "토큰은 사람이 만듭니다", "only a person makes tokens")
    wanted = tuple(dict.fromkeys(scopes))
    for scope in wanted:
        require(actor, scope, None if agency_code == "*" else agency_code)
    _check(name, wanted, now, expires_at)
    if agency_code != "*" and not Agency.objects.filter(code=agency_code).exists():
        raise BadInput("people.agency", "모르는 기관입니다", "unknown agency")
    prefix, secret = make_secret()
    token = ApiToken.objects.create(
        account=find_account(actor.id),
        name=name.strip(),
        prefix=prefix,
        token_hash=hash_secret(secret),
        scopes=list(wanted),
        agency_code=agency_code,
        created_at=now,
        expires_at=expires_at,
    )
    details = {"name": name, "scopes": wanted, "agency_code": agency_code, "expires_at": expires_at}
    record_audit(actor=actor, now=now, action="people.issue_token", subject=token.public_id, details=details)
    return NewToken(token=to_token_record(token), secret=secret)


@transaction.atomic
def revoke_token(*, actor: Actor, now: datetime, token_id: str) -> TokenRecord:
    """End a token of one's own; an administrator may end anybody's."""
    token = ApiToken.objects.select_related("account").filter(public_id=token_id).first()
    if token is None or (
        token.account.public_id != actor.id
        and not actor.may("people.change_accounts", token.account.agency_code or "*")
    ):
        raise NotFound("people.token_unknown", "그런 토큰이 없습니다", "there is no such token")
    if token.revoked_at is None:
        token.revoked_at = now
        token.save(update_fields=["revoked_at"])
        record_audit(actor=actor, now=now, action="people.revoke_token", subject=token.public_id)
    return to_token_record(token)


def _check(name: str, scopes: Sequence[str], now: datetime, expires_at: datetime) -> None:
    if not name.strip() or len(name) > ApiToken._meta.get_field("name").max_length:
        raise BadInput(
            "people.token_name",
            "이름을 100자 안으로 적어 주세요",
            "please give a name of up to 100 characters",
        )
    if not scopes:
        raise BadInput(
            "people.token_scopes",
            "할 수 있는 일을 하나 이상 골라 주세요",
            "please choose at least one permission",
        )
    if not now < expires_at <= now + LONGEST:
        raise BadInput(
            "people.token_expiry",
            "기한은 오늘부터 1년 안이어야 합니다",
            "the expiry must be within a year from now",
        )
