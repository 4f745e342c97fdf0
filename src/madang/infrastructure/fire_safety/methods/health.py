"""Whether a detector would be heard when it matters."""

from __future__ import annotations

from datetime import datetime, timedelta

from madang.core.base.interface import Text
from madang.infrastructure.fire_safety.records import Detector

MISSED = 3
LOW_BATTERY = 20.0
WEAK_SNR = -15.0
"""Below about -20 dB LoRaWAN is not heard at the slowest data rate; this leaves a margin of 5 dB."""


def find_trouble(detector: Detector, now: datetime) -> Text | None:
    """Return what is wrong with a detector, the worst first, or None."""
    since = detector.heard_at or detector.registered_at
    silent = now - since if since else timedelta.max
    if silent > timedelta(seconds=MISSED * detector.expected_every_s):
        if detector.heard_at is None:
            return Text(ko="아직 한 번도 들리지 않았습니다", en="was never heard")
        minutes = int(silent.total_seconds() // 60)
        return Text(ko=f"{minutes:,}분째 들리지 않습니다", en=f"has been silent for {minutes:,} min")
    if detector.battery is not None and detector.battery < LOW_BATTERY:
        return Text(
            ko=f"전지가 {detector.battery:.0f}% 남았습니다",
            en=f"has {detector.battery:.0f}% of its battery left",
        )
    if detector.snr is not None and detector.snr < WEAK_SNR:
        return Text(
            ko=f"신호가 약합니다 ({detector.snr:.0f} dB)", en=f"is badly heard ({detector.snr:.0f} dB)"
        )
    return None
