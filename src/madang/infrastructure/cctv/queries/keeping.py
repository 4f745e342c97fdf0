"""What every process of this service keeps for some seconds."""

from __future__ import annotations

from madang.core.base.interface import Kept

KEPT_S = 60.0
COVERAGE_S = 600.0
VERSION_S = 30.0
kept = Kept(KEPT_S)
kept_version = Kept(VERSION_S)
kept_coverage = Kept(COVERAGE_S, most=64)


def forget() -> None:
    """Forget what is kept for a while: after an import it is counted anew."""
    kept.forget()
    kept_version.forget()
    kept_coverage.forget()
