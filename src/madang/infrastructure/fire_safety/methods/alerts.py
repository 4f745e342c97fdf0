"""A decision to hand over, written as a CAP 1.2 alert: what the 119 centre takes in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, tzinfo
from xml.etree import ElementTree as ET

from madang.infrastructure.fire_safety.records import Decision, Verdict

NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"
LANGUAGES = (("ko-KR", "ko"), ("en-US", "en"))
HEADLINES = {
    (Verdict.HAND_OVER, "ko"): "화재 경보",
    (Verdict.HAND_OVER, "en"): "Fire alarm",
    (Verdict.STAND_DOWN, "ko"): "화재 경보 취소",
    (Verdict.STAND_DOWN, "en"): "Fire alarm cancelled",
}


def write_alert(
    decision: Decision,
    *,
    sender: str,
    city: tzinfo,
    needs: Mapping[str, int] | None = None,
    earlier: Decision | None = None,
) -> bytes:
    """Return the alert of a hand-over, or the cancellation of an `earlier` one.

    `needs` counts people by what they need, such as {"carry": 3}: never names. The identifier is the
    same however often it is written, so that a receiver knows a repetition. Raises ValueError for
    decisions that aren't handed over, and for a cancellation of nothing.
    """
    is_cancel = decision.verdict is Verdict.STAND_DOWN and earlier is not None
    if decision.verdict is not Verdict.HAND_OVER and not is_cancel:
        raise ValueError(f"{decision.verdict} is not handed over")
    identifier = f"{decision.facility}-{decision.alarm}".translate(str.maketrans(" ,<&", "____"))
    alert = ET.Element("alert", xmlns=NAMESPACE)
    _add(alert, "identifier", identifier + ("-cancel" if is_cancel else ""))
    _add(alert, "sender", sender)
    _add(alert, "sent", _moment(decision.at, city))
    _add(alert, "status", "Exercise" if decision.is_drill else "Actual")
    _add(alert, "msgType", "Cancel" if is_cancel else "Alert")
    _add(alert, "scope", "Private")
    _add(alert, "addresses", "119")
    if earlier is not None:
        _add(alert, "references", f"{sender},{identifier},{_moment(earlier.at, city)}")
    for code, language in LANGUAGES:
        _add_info(alert, decision, code, language, needs or {})
    return ET.tostring(alert, "utf-8", xml_declaration=True)


def _add_info(
    alert: ET.Element, decision: Decision, code: str, language: str, needs: Mapping[str, int]
) -> None:
    info = ET.SubElement(alert, "info")
    _add(info, "language", code)
    _add(info, "category", "Fire")
    _add(info, "event", HEADLINES[decision.verdict, language])
    _add(info, "responseType", "AllClear" if decision.verdict is Verdict.STAND_DOWN else "Execute")
    _add(info, "urgency", "Past" if decision.verdict is Verdict.STAND_DOWN else "Immediate")
    _add(info, "severity", "Extreme")
    _add(info, "certainty", "Likely")
    _add(info, "headline", f"{HEADLINES[decision.verdict, language]}: {decision.facility}")
    _add(info, "description", decision.reason.say(language))
    for name, count in needs.items():
        parameter = ET.SubElement(info, "parameter")
        _add(parameter, "valueName", name)
        _add(parameter, "value", str(count))
    area = ET.SubElement(info, "area")
    _add(area, "areaDesc", decision.facility)


def _add(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, name).text = text


def _moment(at: datetime, city: tzinfo) -> str:
    return at.astimezone(city).isoformat(timespec="seconds")
