"""What every page's shell needs."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from madang.core.base.interface import CHAPTERS, Text, list_manifests


def shell(request: HttpRequest) -> dict[str, Any]:
    """Return the city's name, whether it is simulated, and the menu."""
    services = [manifest for manifest in list_manifests() if manifest.is_service]
    return {
        "city_name": Text(ko=settings.MADANG.city_name_ko, en=settings.MADANG.city_name_en),
        "is_simulated": settings.MADANG.demo,
        "language": getattr(request, "language", "ko"),
        "menu": [(chapter, [s for s in services if s.chapter == chapter]) for chapter in CHAPTERS],
    }
