"""How roles, agencies and actions are said to people."""

from __future__ import annotations

from collections.abc import Iterable

from madang.core.base.interface import Text, list_manifests

from .models import Agency
from .records import GrantRecord
from .roles import ROLES

EVERYWHERE = Text(ko="모든 기관", en="every agency")
ALL_SERVICES = Text(ko="모든 서비스", en="every service")

BROWSERS = {
    "Edg/": "Edge",
    "Whale/": "Whale",
    "SamsungBrowser/": "Samsung Internet",
    "Firefox/": "Firefox",
    "Chrome/": "Chrome",
    "Safari/": "Safari",
}
SYSTEMS = {
    "Windows": "Windows",
    "Android": "Android",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Mac OS X": "macOS",
    "Linux": "Linux",
}


def say_device(user_agent: str) -> str:
    """Return a browser's name and system, such as "Chrome · Linux", or the header's beginning."""
    found = (
        next((name for mark, name in known.items() if mark in user_agent), "")
        for known in (BROWSERS, SYSTEMS)
    )
    return " · ".join(name for name in found if name) or user_agent[:60]


def say_role(role: str) -> Text:
    """Return a role's name."""
    return ROLES.get(role, Text(ko=role, en=role))


def say_permission(permission: str) -> Text:
    """Return what a permission lets one do; one nobody declares any more is said as it is."""
    named = (manifest.permission_names.get(permission) for manifest in list_manifests())
    return next(filter(None, named), Text(ko=permission, en=permission))


def say_service(service: str) -> Text:
    """Return a room's or service's name; "*" is every one."""
    if service == "*":
        return ALL_SERVICES
    titles = {manifest.name: manifest.title for manifest in list_manifests()}
    return titles.get(service, Text(ko=service, en=service))


def say_agencies(codes: Iterable[str]) -> dict[str, Text]:
    """Return the names of agencies by code; "*" is every one, an unknown code its own name."""
    wanted = set(codes)
    names = {row.code: row.name for row in Agency.objects.filter(code__in=wanted)}
    return {code: EVERYWHERE if code == "*" else names.get(code, Text(ko=code, en=code)) for code in wanted}


def say_grants(grants: Iterable[GrantRecord]) -> list[dict[str, object]]:
    """Return grants with their names, for templates."""
    held = list(grants)
    agencies = say_agencies(one.agency_code for one in held)
    return [
        {
            "grant": one,
            "role": say_role(one.role),
            "service": say_service(one.service),
            "agency": agencies[one.agency_code],
        }
        for one in held
    ]
