"""Where the house is, as programs are told."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest


def find_home(request: HttpRequest) -> str:
    """Return the address that people reach the house by, without a slash at its end."""
    return settings.MADANG.public_url.rstrip("/") or f"{request.scheme}://{request.get_host()}"
