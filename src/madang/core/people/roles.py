"""Roles as data, and the permissions that manifests give them."""

from __future__ import annotations

from functools import cache

from madang.core.base.interface import Text, list_manifests

ROLES: dict[str, Text] = {
    "citizen": Text(ko="시민", en="Citizen"),
    "officer": Text(ko="담당자", en="Officer"),
    "data_officer": Text(ko="데이터 담당자", en="Data officer"),
    "operator": Text(ko="관제 요원", en="Operator"),
    "manager": Text(ko="부서장", en="Manager"),
    "auditor": Text(ko="감사자", en="Auditor"),
    "admin": Text(ko="관리자", en="Administrator"),
}
STAFF_ROLES = tuple(role for role in ROLES if role != "citizen")


@cache
def list_role_permissions(role: str, service: str) -> frozenset[str]:
    """Return what `role` may do in `service` (the name of a room or service, or "*" for all)."""
    return frozenset(
        permission
        for manifest in list_manifests()
        if service in {"*", manifest.name}
        for permission, roles in manifest.permissions.items()
        if role in roles
    )


@cache
def list_permissions() -> frozenset[str]:
    """Return every permission that a manifest declares."""
    return frozenset(name for manifest in list_manifests() for name in manifest.permissions)
