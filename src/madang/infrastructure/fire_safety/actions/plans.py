"""A floor's plan as a picture, and where on it detectors hang."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from madang.core.base.interface import Actor, BadInput
from madang.core.pages.interface import remake_picture
from madang.core.people.interface import record_audit, require
from madang.infrastructure.fire_safety.models import DetectorRow, PlanRow
from madang.infrastructure.fire_safety.queries import find_facility_row

CHANGE = "fire_safety.change"
WIDEST_M = 1000.0
LARGEST_SIDE = 2400


def save_plan(*, actor: Actor, now: datetime, code: str, floor: str, content: bytes, width_m: float) -> None:
    """Keep the plan of a floor, `width_m` metres wide; one that is there is replaced. Raises BadInput, NotAllowed."""
    row = find_facility_row(code)
    require(actor, CHANGE, row.agency_code)
    if not floor.strip() or not 0 < width_m <= WIDEST_M:
        raise BadInput(
            "fire_safety.plan", "층과 너비를 적어 주십시오", "say the floor and the width", field="width_m"
        )
    try:
        picture, width, height = remake_picture(content, side=LARGEST_SIDE, ending=".png")
    except BadInput as error:
        raise BadInput(
            "fire_safety.picture",
            "20 MB, 4천만 화소까지의 JPEG, PNG, WebP 그림만 올릴 수 있습니다. PDF나 도면 파일은 먼저 그림으로 저장하십시오.",
            "Only JPEG, PNG and WebP of at most 20 MB and 40 million pixels: save a PDF or a drawing as a picture first.",
            field="file",
        ) from error
    values = {"picture": picture, "width_m": width_m, "height_m": round(width_m * height / width, 3)}
    with transaction.atomic():
        PlanRow.objects.update_or_create(facility=row, floor=floor.strip()[:100], defaults=values)
        record_audit(
            actor=actor,
            now=now,
            action="fire_safety.save_plan",
            subject=code,
            details={"floor": floor.strip()},
        )


def remove_plan(*, actor: Actor, now: datetime, code: str, floor: str) -> None:
    """Show the floor again as it is drawn from its rooms."""
    row = find_facility_row(code)
    require(actor, CHANGE, row.agency_code)
    with transaction.atomic():
        PlanRow.objects.filter(facility=row, floor=floor).delete()
        record_audit(
            actor=actor, now=now, action="fire_safety.remove_plan", subject=code, details={"floor": floor}
        )


def place_detector(
    *, actor: Actor, now: datetime, code: str, detector: str, floor: str, place: tuple[float, float]
) -> None:
    """Say where on a floor a detector hangs: metres from the plan's upper left corner."""
    facility = find_facility_row(code)
    require(actor, CHANGE, facility.agency_code)
    x, y = place
    if not (0 <= x <= WIDEST_M and 0 <= y <= WIDEST_M):
        raise BadInput("fire_safety.place", "평면도 밖입니다", "this is outside the plan")
    with transaction.atomic():
        rows = DetectorRow.objects.filter(pk=detector, facility=facility)
        if not rows.update(x=round(x, 2), y=round(y, 2), floor=floor[:100]):
            raise BadInput("fire_safety.detector", "그런 감지기가 없습니다", "there is no such detector")
        details = {"floor": floor, "x": round(x, 2), "y": round(y, 2)}
        record_audit(
            actor=actor, now=now, action="fire_safety.place_detector", subject=detector, details=details
        )
