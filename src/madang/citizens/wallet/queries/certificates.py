"""Certificates that were issued, register entries that they are issued from, the published status lists."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from django.db import connection
from django.db.models import F, QuerySet
from joserfc.jwk import ECKey

from madang.citizens.wallet import models
from madang.citizens.wallet.gateway.keys import get_key, get_signing_key, list_key_ids
from madang.citizens.wallet.methods.credential import Credential
from madang.citizens.wallet.methods.metadata import name_list
from madang.citizens.wallet.methods.refusals import Part, Reason, Refused
from madang.citizens.wallet.methods.status_list import Status, StatusList
from madang.citizens.wallet.methods.status_token import Edition, publish
from madang.citizens.wallet.records import Certificate, CertificateState
from madang.core.base.interface import NotFound, find_row

RESIDENTS = "resident_extract"
"""The register that people at the counter are looked up in."""
LIST_SIZE = 2**17
"""Statuses in one list: large enough that looking one up says nothing of whose it is."""
BITS = 2
FETCH_AGAIN_S, LASTS_S = 300, 86_400
STATUSES = {CertificateState.SUSPENDED: Status.SUSPENDED, CertificateState.REVOKED: Status.INVALID}


def list_certificates(
    *, search: str = "", state: str = "", kind: str = "", offset: int = 0, limit: int = 50
) -> tuple[list[Certificate], int]:
    """Return a page of certificates, newest first, copies as one, and how many; `search` is a beginning of an id."""
    rows = _list_firsts().filter(id__startswith=search).order_by("-issued_at", "id")
    rows = rows.filter(**({"state": state} if state else {}), **({"kind": kind} if kind else {}))
    return [describe(row) for row in rows[offset : offset + limit]], rows.count()


def get_certificate(certificate_id: str) -> Certificate:
    """Return what is kept of one certificate; raise NotFound where there is none."""
    row = _list_firsts().filter(id=certificate_id).first()
    if row is None:
        raise NotFound("wallet.certificate", "그런 증명서가 없습니다", "there is no such certificate")
    return describe(row)


def describe(row: models.CertificateRow) -> Certificate:
    """Return a register's row as a record."""
    names = (*Certificate.__struct_fields__,)
    values = {name: getattr(row, name) for name in names}
    return Certificate(**{**values, "state": CertificateState(row.state)})


def count_certificates() -> dict[str, int]:
    """Return how many certificates there are by state, copies as one."""
    states = _list_firsts().values_list("state", flat=True)
    return {one.value: states.filter(state=one).count() for one in CertificateState}


def list_holding(subject: str, now: datetime) -> list[Certificate]:
    """Return the certificates issued to a person that weren't revoked and haven't run out, newest first."""
    rows = _list_firsts().filter(subject=subject, valid_until__gt=now).exclude(state=CertificateState.REVOKED)
    return [describe(row) for row in rows.order_by("-issued_at", "id")]


def _list_firsts() -> QuerySet[models.CertificateRow]:
    return models.CertificateRow.objects.filter(id=F("issuance"))


def list_entries_of(subject: str) -> list[str]:
    """Return the kinds of certificate that the registers hold an entry for, of one person."""
    rows = models.RegisterRow.objects.filter(subject=subject).order_by("kind")
    return list(rows.values_list("kind", flat=True))


def list_subjects(kind: str = "") -> list[tuple[str, str]]:
    """Return (person's number, name) of everyone in the registers, or in one."""
    rows = models.RegisterRow.objects.filter(**({"kind": kind} if kind else {})).order_by("subject")
    named = {subject: content.get("name", "") for subject, content in rows.values_list("subject", "content")}
    return sorted(named.items(), key=lambda one: one[1])


def find_subjects(name: str, born_on: date) -> list[str]:
    """Return the numbers of the residents of this name and date of birth."""
    rows = models.RegisterRow.objects.filter(kind=RESIDENTS, content__name=name)
    return list(rows.filter(content__birth_date=born_on.isoformat()).values_list("subject", flat=True))


def get_content(kind: str, subject: str) -> dict[str, Any]:
    """Return what a register says of a person; raise NotFound where it says nothing."""
    row = find_row(models.RegisterRow, kind=kind, subject=subject)
    if row is None:
        raise NotFound("wallet.entry", "대장에 없습니다", "the register has no such entry")
    return row.content


def find_taken(list_number: int, indexes: Collection[int]) -> set[int]:
    """Return which of these places in a status list belong to a certificate already."""
    marks = ", ".join(["%s"] * len(indexes))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT status_index FROM wallet_certificaterow"  # noqa: S608 - marks alone are put in
            f" WHERE list_number = %s AND status_index IN ({marks})",
            [list_number, *indexes],
        )
        return {one for (one,) in cursor.fetchall()}


def find_issuer_key(address: str) -> Any:
    """Return how the trusted issuers' keys are found: this house's own issuer at `address`, and no other."""

    def find(issuer: str, key_id: str | None) -> ECKey | None:
        return get_key(key_id) if issuer == address and key_id is not None else None

    return find


def list_public_keys(now: datetime) -> list[Mapping[str, Any]]:
    """Return the issuer's public keys as JWKs with their ids; there is always one."""
    get_signing_key(now)
    keys = {key_id: get_key(key_id) for key_id in list_key_ids()}
    return [
        {**key.as_dict(private=False), "kid": key_id, "use": "sig", "alg": "ES256"}
        for key_id, key in keys.items()
        if key is not None
    ]


def check_status(credential: Credential, address: str) -> str:
    """Return whom a certificate of the issuer at `address` was issued to, by their number in the registers.

    Raises Refused (credential) unless it still holds: reference, revoked, suspended.
    """
    place = credential.status
    number = place.uri.removeprefix(f"{address}/status/") if place else ""
    known = _find_place(int(number), place.index) if place and number.isdecimal() else None
    if known is None:
        raise Refused(Part.CREDENTIAL, Reason.REFERENCE, "no status of ours is there")
    if known.state != CertificateState.VALID:
        reason = Reason.REVOKED if known.state == CertificateState.REVOKED else Reason.SUSPENDED
        raise Refused(Part.CREDENTIAL, reason, "the issuer took it back")
    return known.subject


def _find_place(list_number: int, index: int) -> models.CertificateRow | None:
    return find_row(models.CertificateRow, list_number=list_number, status_index=index)


def publish_list(issuer: str, number: int, now: datetime) -> tuple[str, str]:
    """Return (the signed status list, its ETag); raise NotFound where there is no such list.

    The ETag changes with the statuses, with the key, and where the list must be signed anew.
    """
    if number and not models.CertificateRow.objects.filter(list_number=number).exists():
        raise NotFound("wallet.list", "그런 목록이 없습니다", "there is no such list")
    changed = models.CertificateRow.objects.filter(list_number=number).exclude(state=CertificateState.VALID)
    pairs = tuple(changed.order_by("status_index").values_list("status_index", "state"))
    key_id, _ = get_signing_key(now)
    window = int(now.timestamp()) // FETCH_AGAIN_S * FETCH_AGAIN_S
    tag = hashlib.sha256(repr((issuer, number, pairs, key_id, window)).encode()).hexdigest()[:32]
    return _sign_list(name_list(issuer, number), pairs, key_id, window), f'"{tag}"'


@lru_cache(maxsize=16)
def _sign_list(uri: str, pairs: tuple[tuple[int, str], ...], key_id: str, issued_at: int) -> str:
    key = get_key(key_id)
    assert key is not None  # noqa: S101
    statuses = {index: STATUSES[CertificateState(state)] for index, state in pairs}
    edition = Edition(
        uri=uri, issued_at=issued_at, expires_at=issued_at + LASTS_S, fetch_again_s=FETCH_AGAIN_S
    )
    return publish(StatusList.make(LIST_SIZE, BITS, statuses), edition, key, {"kid": key_id})
