"""Secrets of other providers, kept where the database alone doesn't tell them: sealed by a key made of the house's own."""

from __future__ import annotations

import base64
from typing import Any

import msgspec
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from madang.core.base.interface import Unavailable


def seal(value: Any, owner: str) -> str:
    """Return a value of JSON as text that only this house opens, and only as `owner`'s."""
    return _make_key(owner).encrypt(msgspec.json.encode(value)).decode()


def unseal(text: str, owner: str) -> Any:
    """Return what was sealed; raise Unavailable where it can't be opened: the house's key changed."""
    try:
        return msgspec.json.decode(_make_key(owner).decrypt(text.encode()))
    except InvalidToken as error:
        raise Unavailable(
            "wallet.sealed",
            "집의 열쇠가 바뀌어 열 수 없습니다. 다시 연결해 주세요",
            "the house's key has changed and this can't be opened; connect again",
        ) from error


def _make_key(owner: str) -> Fernet:
    told = HKDF(hashes.SHA256(), 32, salt=None, info=b"wallet.sealed:" + owner.encode())
    return Fernet(base64.urlsafe_b64encode(told.derive(settings.SECRET_KEY.encode())))
