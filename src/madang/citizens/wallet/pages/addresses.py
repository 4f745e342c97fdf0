"""The address that pages give this issuer."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest


def find_address(request: HttpRequest) -> str:
    """Return this issuer's URL as others reach it."""
    host = settings.MADANG.public_url.rstrip("/") or request.build_absolute_uri("/").rstrip("/")
    return f"{host}/wallet"
