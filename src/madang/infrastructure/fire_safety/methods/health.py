"""Whether a detector would be heard when it matters."""

from __future__ import annotations

from datetime import datetime, timedelta

from madang.core.base.interface import Text
from madang.infrastructure.fire_safety.records import Detector, SignalKind

MISSED = 3
LOW_BATTERY = 20.0
LEAST_MARGIN, WORSE_BY = 5.0, 8.0
"""dB above what the data rate needs; dB below what a device's signal usually has."""
DRIFTED = 50.0
"""Percent of what makes it alarm that a detector reads at rest: dust in the chamber."""


def find_trouble(detector: Detector, now: datetime) -> Text | None:
    """Return what is wrong with a detector, the worst first, or None."""
    if (
        detector.kind is SignalKind.CAMERA_SMOKE
    ):  # it says nothing while it sees nothing; its picture is CCTV's care
        return None
    since = detector.heard_at or detector.registered_at
    silent = now - since if since else timedelta.max
    if silent > timedelta(seconds=MISSED * detector.expected_every_s):
        if detector.heard_at is None:
            return Text(ko="아직 한 번도 들리지 않았습니다", en="was never heard")
        minutes = int(silent.total_seconds() // 60)
        return Text(ko=f"{minutes:,}분째 들리지 않습니다", en=f"has been silent for {minutes:,} min")
    if detector.unread:
        return Text(
            ko=f"보낸 것을 읽을 수 없어 경보도 알 수 없습니다: {detector.unread}",
            en=f"can't be read, an alarm of it neither: {detector.unread}",
        )
    if detector.battery is not None and detector.battery < LOW_BATTERY:
        return Text(
            ko=f"전지가 {detector.battery:.0f}% 남았습니다",
            en=f"has {detector.battery:.0f}% of its battery left",
        )
    if detector.margin is not None and detector.margin < LEAST_MARGIN:
        return Text(
            ko=f"신호 여유가 {detector.margin:.0f} dB뿐입니다",
            en=f"has only {detector.margin:.0f} dB of link margin",
        )
    return _find_drift(detector)


def _find_drift(detector: Detector) -> Text | None:
    if detector.usual_level is not None and detector.usual_level >= DRIFTED:
        return Text(
            ko=f"평소 값이 경보 값의 {detector.usual_level:.0f}%까지 올랐습니다. 청소가 필요합니다",
            en=f"reads {detector.usual_level:.0f}% of its alarm level at rest: it needs cleaning",
        )
    usual, margin = detector.usual_margin, detector.margin
    if usual is not None and margin is not None and usual - margin >= WORSE_BY:
        return Text(
            ko=f"신호가 평소보다 {usual - margin:.0f} dB 나빠졌습니다",
            en=f"is heard {usual - margin:.0f} dB worse than usual",
        )
    return None
