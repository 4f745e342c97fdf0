"""How well devices are heard, and whether gateways, institutions' lines and the backbone stand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from madang.core.base.interface import Text, read_pair
from madang.infrastructure.fire_safety.records import Gateway

NEEDED_SNR = {7: -7.5, 8: -10.0, 9: -12.5, 10: -15.0, 11: -17.5, 12: -20.0}
"""Signal to noise (dB) that a LoRa receiver needs at each spreading factor (Semtech AN1200.22)."""
SLOWEST = 12
MISSED = 3
BACKBONE_SHARE, BACKBONE_LEAST = 0.5, 4
"""So much of the institutions silent at once, and at least so many, is the backbone and not each one's line."""
BACKBONE = "fire-backbone"
SLOW, FAST = 0.05, 0.3


class NetworkTrouble(msgspec.Struct, frozen=True, kw_only=True):
    """What is silent: its key, since when it was heard last (None never), whose it is, and in words."""

    key: str
    since: datetime | None
    agency_code: str
    reason: Text
    lon: float | None = None
    lat: float | None = None


def measure_margin(snr: float | None, spreading_factor: int | None) -> float | None:
    """Return how far (dB) a signal is above what its data rate needs; the slowest where it isn't said."""
    if snr is None:
        return None
    return round(snr - NEEDED_SNR.get(spreading_factor or SLOWEST, NEEDED_SNR[SLOWEST]), 1)


def blend(usual: float | None, now: float | None, rate: float) -> float | None:
    """Return a mean that follows by `rate` a value; what isn't said changes nothing."""
    if usual is None or now is None:
        return now if usual is None else usual
    return round(usual + rate * (now - usual), 3)


def find_network_troubles(gateways: Sequence[Gateway], now: datetime) -> list[NetworkTrouble]:
    """Return what is silent, the largest that explains it: the backbone, else an institution, else a gateway."""
    silent, by_institution, dark = _sort(gateways, now)
    if len(dark) >= max(BACKBONE_LEAST, BACKBONE_SHARE * len(by_institution)):
        return [_say_backbone(dark, by_institution)]
    troubles = []
    for name, own in sorted(by_institution.items()):
        if name in dark and len(own) > 1:
            troubles.append(_say_institution(name, own))
        else:
            troubles += [_say_gateway(one) for one in own if one.id in silent]
    return troubles


def list_silent(gateways: Sequence[Gateway], now: datetime) -> set[str]:
    """Return the keys of all that isn't heard, also where something larger explains it."""
    silent, _, dark = _sort(gateways, now)
    found = {*map(name_gateway, silent), *map(name_institution, dark)}
    return found | {one.key for one in find_network_troubles(gateways, now)}


def name_gateway(gateway: str) -> str:
    """Return the key of a gateway's silence."""
    return f"fire-gateway:{gateway}"


def name_institution(institution: str) -> str:
    """Return the key of an institution's silence."""
    return f"fire-institution:{institution}"


def is_silent(one: Gateway, now: datetime) -> bool:
    """Return whether a gateway missed several signs of life."""
    since = one.heard_at or one.registered_at
    return since is None or now - since > timedelta(seconds=MISSED * one.expected_every_s)


def _sort(gateways: Sequence[Gateway], now: datetime) -> tuple[set[str], dict[str, list[Gateway]], list[str]]:
    """Return the silent gateways, all of them by institution, and the institutions of which none is heard."""
    silent = {one.id for one in gateways if is_silent(one, now)}
    by_institution: dict[str, list[Gateway]] = defaultdict(list)
    for one in gateways:
        by_institution[one.institution].append(one)
    dark = [name for name, own in by_institution.items() if all(one.id in silent for one in own)]
    return silent, by_institution, dark


def _newest(gateways: Sequence[Gateway]) -> datetime | None:
    return max((one.heard_at for one in gateways if one.heard_at), default=None)


def _say_backbone(dark: Sequence[str], by_institution: dict[str, list[Gateway]]) -> NetworkTrouble:
    heard = _newest([one for name in dark for one in by_institution[name]])
    return NetworkTrouble(
        key=BACKBONE,
        since=heard,
        agency_code="city",
        reason=Text(
            ko=f"기관 {len(by_institution)}곳 가운데 {len(dark)}곳의 게이트웨이가 한꺼번에 들리지 않습니다: 기간망을 확인하십시오",
            en=f"the gateways of {len(dark)} of {len(by_institution)} institutions are silent at once: look at the backbone",
        ),
    )


def _say_institution(name: str, own: Sequence[Gateway]) -> NetworkTrouble:
    return NetworkTrouble(
        key=name_institution(name),
        since=_newest(own),
        agency_code=own[0].agency_code,
        reason=Text(
            ko=f"{read_pair(name).ko}의 게이트웨이 {len(own)}대가 모두 들리지 않습니다: 기관의 회선을 확인하십시오",
            en=f"all {len(own)} gateways of {read_pair(name).en} are silent: look at its line",
        ),
        lon=own[0].lon,
        lat=own[0].lat,
    )


def _say_gateway(one: Gateway) -> NetworkTrouble:
    return NetworkTrouble(
        key=name_gateway(one.id),
        since=one.heard_at,
        agency_code=one.agency_code,
        reason=Text(
            ko=f"{read_pair(one.institution).ko}의 게이트웨이 {one.id}이(가) 들리지 않습니다",
            en=f"gateway {one.id} of {read_pair(one.institution).en} is silent",
        ),
        lon=one.lon,
        lat=one.lat,
    )
