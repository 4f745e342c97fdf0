"""Why personal data may be used: declared purposes, and the consent that some of them need."""

from __future__ import annotations

import tomllib
from datetime import datetime
from functools import cache
from pathlib import Path

import msgspec

from madang.core.base.interface import NotAllowed

from .models import Consent
from .records import Purpose

_PACK = Path(__file__).parent / "packs" / "purposes.toml"


@cache
def list_purposes() -> tuple[Purpose, ...]:
    """Return every declared purpose."""
    return msgspec.convert(tomllib.loads(_PACK.read_text("utf-8"))["purpose"], tuple[Purpose, ...])


def get_purpose(code: str) -> Purpose:
    """Return the purpose with this code; NotAllowed where none is declared."""
    for purpose in list_purposes():
        if purpose.code == code:
            return purpose
    raise NotAllowed(
        "people.purpose",
        "개인정보를 보려면 정해진 목적을 골라 주세요",
        "personal data is read only for a declared purpose",
        purpose=code,
    )


def require_purpose(code: str, *, now: datetime, subject: str | None = None) -> Purpose:
    """Return a declared purpose; NotAllowed without it or without the consent of `subject` it needs."""
    purpose = get_purpose(code)
    if purpose.needs_consent and (subject is None or not has_consent(subject, code, now=now)):
        raise NotAllowed(
            "people.consent_missing",
            "이 목적에는 본인의 동의가 있어야 합니다",
            "this purpose needs the person's consent",
            purpose=code,
        )
    return purpose


def has_consent(subject: str, purpose: str, *, now: datetime) -> bool:
    """Return whether `subject` consents to `purpose` now."""
    return Consent.objects.filter(
        subject=subject, purpose=purpose, given_at__lte=now, expires_at__gt=now, withdrawn_at=None
    ).exists()
