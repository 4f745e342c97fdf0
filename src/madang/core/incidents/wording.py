"""How kinds, agencies and roles of incidents are said to people."""

from __future__ import annotations

from functools import cache

from madang.core.base.interface import Severity, Text, list_manifests, read_pair
from madang.core.people.interface import ROLES, STAFF_ROLES, list_agencies
from madang.core.places.interface import list_districts

from .records import SEVERITY_NAMES, Incident

NOBODY = Text(ko="아직 없음", en="nobody yet")


@cache
def say_kinds() -> dict[str, Text]:
    """Return the name of every incident kind that a manifest declares."""
    return {kind: name for manifest in list_manifests() for kind, name in manifest.incident_kinds.items()}


@cache
def say_services() -> dict[str, Text]:
    """Return the title of every room and service by its label."""
    return {manifest.label: manifest.title for manifest in list_manifests()}


def say_kind(kind: str) -> Text:
    """Return a kind's name; an undeclared kind is said as it is."""
    return say_kinds().get(kind, Text(ko=kind, en=kind))


@cache
def say_evidence(kind: str) -> dict[str, Text]:
    """Return the words of evidence and its codes: those of the manifest that declares `kind` before those of others."""
    manifests = sorted(list_manifests(), key=lambda one: kind in one.incident_kinds)
    return {name: words for manifest in manifests for name, words in manifest.evidence.items()}


def say_agencies() -> dict[str, Text]:
    """Return the name of each agency by code."""
    return {agency.code: agency.name for agency in list_agencies()}


def say_districts() -> dict[str, Text]:
    """Return the name of each district of the city by legal code."""
    return {one.code: Text(ko=one.name_ko, en=one.name_en or one.name_ko) for one in list_districts()}


def say_roles() -> dict[str, Text]:
    """Return the name of each staff role."""
    return {role: ROLES[role] for role in STAFF_ROLES}


def say_code(names: dict[str, Text], code: str) -> Text | None:
    """Return a code's name; an unknown code is said as it is, an empty one is None."""
    return names.get(code, Text(ko=code, en=code)) if code else None


def say_owner(incident: Incident, agencies: dict[str, Text]) -> Text:
    """Return who has an incident: a person, a role, an agency, or nobody yet."""
    agency = say_code(agencies, incident.agency_code)
    who = read_pair(incident.assignee_name or incident.assignee)
    if not who.ko and incident.role:
        role = say_code(say_roles(), incident.role) or NOBODY
        return Text(
            ko=f"{agency.ko} {role.ko}" if agency else role.ko,
            en=f"{role.en}, {agency.en}" if agency else role.en,
        )
    if who.ko:
        return Text(ko=f"{who.ko} ({agency.ko})", en=f"{who.en} ({agency.en})") if agency else who
    return agency or NOBODY


def say_severities() -> dict[str, Text]:
    """Return the name of each severity."""
    return {Severity(severity).value: name for severity, name in SEVERITY_NAMES.items()}
