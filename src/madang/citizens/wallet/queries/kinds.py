"""Kinds of certificate, eligibility rules and known wallets, as the packs say."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

import msgspec

from madang.citizens.wallet.methods.rules import Rule, read_rule
from madang.citizens.wallet.records import Client, EligibilityRule, Kind
from madang.core.base.interface import NotFound

PACKS = Path(__file__).parents[1] / "packs"


@cache
def list_kinds() -> dict[str, Kind]:
    """Return every kind of certificate by its name."""
    said = tomllib.loads((PACKS / "kinds.toml").read_text("utf-8"))["kind"]
    return {one.name: one for one in msgspec.convert(said, tuple[Kind, ...])}


@cache
def list_rules() -> dict[str, EligibilityRule]:
    """Return every eligibility rule by its name."""
    said = tomllib.loads((PACKS / "rules.toml").read_text("utf-8"))["rule"]
    return {one.name: one for one in msgspec.convert(said, tuple[EligibilityRule, ...])}


@cache
def list_clients() -> dict[str, Client]:
    """Return every wallet that may ask citizens to sign in, by its client identifier."""
    said = tomllib.loads((PACKS / "clients.toml").read_text("utf-8"))["client"]
    return {one.id: one for one in msgspec.convert(said, tuple[Client, ...])}


def get_kind(name: str) -> Kind:
    """Return one kind; raise NotFound where there is none."""
    if name not in list_kinds():
        raise NotFound("wallet.kind", "그런 증명서는 없습니다", "there is no such kind of certificate")
    return list_kinds()[name]


def get_rule(name: str) -> EligibilityRule:
    """Return one rule; raise NotFound where there is none."""
    if name not in list_rules():
        raise NotFound("wallet.rule", "그런 자격 기준은 없습니다", "there is no such eligibility rule")
    return list_rules()[name]


@cache
def read_condition(name: str) -> Rule:
    """Return a rule's condition, ready to be judged."""
    return read_rule(get_rule(name).rule)
