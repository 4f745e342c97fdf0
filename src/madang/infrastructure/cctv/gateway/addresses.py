"""Addresses of streams as they may be shown: a camera's password is written and never read back."""

from __future__ import annotations

from urllib.parse import SplitResult, urlsplit

HIDDEN = "••••"


def hide_password(url: str) -> str:
    """Return an address with HIDDEN in place of its password; one without a password, or a path, as it is."""
    parts = urlsplit(url)
    return _put_password(parts, HIDDEN).geturl() if _read_password(parts) else url


def restore_password(url: str, known: str) -> str:
    """Return `url` with the password of the `known` address where it has HIDDEN in its place.

    Raises ValueError where user, host or port are others than the known ones: a password goes to nobody else.
    """
    if HIDDEN not in url:
        return url
    parts, before = urlsplit(url), urlsplit(known)
    if _put_password(before, HIDDEN).netloc != parts.netloc or parts.scheme != before.scheme:
        raise ValueError("the password belongs to another address")
    return _put_password(parts, _read_password(before)).geturl()


def _read_password(parts: SplitResult) -> str:
    """Return the password as it is written."""
    return parts.netloc.rpartition("@")[0].partition(":")[2]


def _put_password(parts: SplitResult, password: str) -> SplitResult:
    login, at, host = parts.netloc.rpartition("@")
    user, colon, _ = login.partition(":")
    return parts._replace(netloc=f"{user}{colon}{password if colon else ''}{at}{host}")
