"""Systems that may log people in with this house (OpenID Connect clients)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlsplit

from allauth.idp.oidc.adapter import get_adapter
from allauth.idp.oidc.models import Client
from django.db import transaction

from madang.core.base.interface import Actor, BadInput, NotFound
from madang.core.people.audit import record_audit
from madang.core.people.permissions import require
from madang.core.people.records import NewClient

SCOPES = ("openid", "profile", "email")
_LOCAL = {"localhost", "127.0.0.1", "::1"}


@transaction.atomic
def register_oidc_client(
    *, actor: Actor, now: datetime, name: str, redirect_addresses: Sequence[str]
) -> NewClient:
    """Register a system that may send people here to log in; its secret is shown once.

    It uses the authorization code flow, and refresh, with the scopes openid, profile and email; addresses must
    be https, or http on the machine itself.
    """
    require(actor, "people.change_clients", "*")
    addresses = tuple(dict.fromkeys(redirect_addresses))
    if not name.strip() or not addresses or not all(map(_is_safe, addresses)):
        raise BadInput(
            "people.client",
            "이름과, https로 시작하는 돌아갈 주소가 있어야 합니다",
            "a name and redirect addresses that begin with https are needed",
        )
    secret = get_adapter().generate_client_secret()
    client = Client(name=name.strip(), scopes="\n".join(SCOPES), default_scopes="openid")
    client.set_redirect_uris(list(addresses))
    client.set_grant_types([Client.GrantType.AUTHORIZATION_CODE, Client.GrantType.REFRESH_TOKEN])
    client.set_secret(secret)
    client.save()
    details = {"name": name, "redirect_addresses": addresses}
    record_audit(
        actor=actor, now=now, action="people.register_oidc_client", subject=client.pk, details=details
    )
    return NewClient(id=client.pk, name=client.name, redirect_addresses=addresses, secret=secret)


@transaction.atomic
def revoke_oidc_client(*, actor: Actor, now: datetime, client_id: str) -> None:
    """Remove such a system with every token it was given."""
    require(actor, "people.change_clients", "*")
    removed, _ = Client.objects.filter(pk=client_id).delete()
    if not removed:
        raise NotFound("people.client_unknown", "그런 시스템이 없습니다", "there is no such client")
    record_audit(actor=actor, now=now, action="people.revoke_oidc_client", subject=client_id)


def _is_safe(address: str) -> bool:
    parts = urlsplit(address)
    return bool(parts.hostname) and (
        parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOCAL)
    )
