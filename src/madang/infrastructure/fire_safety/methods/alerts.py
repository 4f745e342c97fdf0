"""A decision to hand over, written as a CAP 1.2 alert: what the 119 centre takes in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, tzinfo

import msgspec
from lxml import etree

from madang.infrastructure.fire_safety.records import Decision, Verdict

NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"
READ = {
    "identifier": "identifier",
    "sender": "sender",
    "sent": "sent",
    "status": "status",
    "msgType": "msgType",
    "headline": f"info/{{{NAMESPACE}}}headline",
}
NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that no XML may hold: a receiver would refuse the whole alert for one of them."""
LANGUAGES = (("ko-KR", "ko"), ("en-US", "en"))
HEADLINES = {
    (Verdict.HAND_OVER, "ko"): "화재 경보",
    (Verdict.HAND_OVER, "en"): "Fire alarm",
    (Verdict.STAND_DOWN, "ko"): "화재 경보 취소",
    (Verdict.STAND_DOWN, "en"): "Fire alarm cancelled",
}


class Scene(msgspec.Struct, frozen=True, kw_only=True):
    """Where it is and what who comes must know. Coordinates are degrees in EPSG:4326.

    `facts` are parameters of the alert, such as {"carry": "3"} for three people who must be carried:
    counts, never names. `link` leads to the live picture.
    """

    place: str
    lon: float | None = None
    lat: float | None = None
    link: str = ""
    facts: Mapping[str, str] = {}


def write_alert(
    decision: Decision, scene: Scene, *, sender: str, city: tzinfo, earlier_at: datetime | None = None
) -> bytes:
    """Return the alert of a hand-over, or the cancellation of the one sent at `earlier_at`.

    The identifier is the same however often it is written, so that a receiver knows a repetition. Raises
    ValueError for decisions that aren't handed over, and for a cancellation of nothing.
    """
    is_cancel = decision.verdict is Verdict.STAND_DOWN and earlier_at is not None
    if decision.verdict is not Verdict.HAND_OVER and not is_cancel:
        raise ValueError(f"{decision.verdict} is not handed over")
    alert = etree.Element(f"{{{NAMESPACE}}}alert", nsmap={None: NAMESPACE})
    _add(alert, "identifier", name_alert(decision))
    _add(alert, "sender", sender)
    _add(alert, "sent", _moment(decision.at, city))
    _add(alert, "status", "Exercise" if decision.is_drill else "Actual")
    _add(alert, "msgType", "Cancel" if is_cancel else "Alert")
    _add(alert, "scope", "Private")
    _add(alert, "addresses", "119")
    if is_cancel and earlier_at is not None:
        earlier = name_alert(msgspec.structs.replace(decision, verdict=Verdict.HAND_OVER))
        _add(alert, "references", f"{sender},{earlier},{_moment(earlier_at, city)}")
    for code, language in LANGUAGES:
        _add_info(alert, decision, scene, code, language)
    return etree.tostring(alert, encoding="utf-8", xml_declaration=True)


def name_alert(decision: Decision) -> str:
    """Return the identifier of a decision's alert."""
    name = f"{decision.facility}-{decision.alarm}".translate(str.maketrans(" ,<&", "____"))
    return name + ("-cancel" if decision.verdict is Verdict.STAND_DOWN else "")


def read_alert(content: bytes) -> dict[str, str]:
    """Return what a receiver must know of an alert; raise ValueError where it is none that can be taken."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise ValueError(f"no XML: {error}") from error
    if root.tag != f"{{{NAMESPACE}}}alert":
        raise ValueError("this is no CAP 1.2 alert")
    found = {name: root.findtext(f"{{{NAMESPACE}}}{path}") or "" for name, path in READ.items()}
    missing = [name for name in ("identifier", "sender", "sent", "msgType") if not found[name]]
    if missing:
        raise ValueError(f"missing: {', '.join(missing)}")
    return found


def _add_info(alert: etree._Element, decision: Decision, scene: Scene, code: str, language: str) -> None:
    info = _add(alert, "info")
    _add(info, "language", code)
    _add(info, "category", "Fire")
    _add(info, "event", HEADLINES[decision.verdict, language])
    _add(info, "responseType", "AllClear" if decision.verdict is Verdict.STAND_DOWN else "Execute")
    _add(info, "urgency", "Past" if decision.verdict is Verdict.STAND_DOWN else "Immediate")
    _add(info, "severity", "Extreme")
    _add(info, "certainty", "Likely")
    _add(info, "headline", f"{HEADLINES[decision.verdict, language]}: {scene.place}")
    _add(info, "description", decision.reason.say(language))
    if scene.link:
        _add(info, "web", scene.link)
    for name, value in scene.facts.items():
        parameter = _add(info, "parameter")
        _add(parameter, "valueName", name)
        _add(parameter, "value", value)
    area = _add(info, "area")
    _add(area, "areaDesc", scene.place)
    if scene.lon is not None:
        _add(area, "circle", f"{scene.lat},{scene.lon} 0")


def _add(parent: etree._Element, name: str, text: str | None = None) -> etree._Element:
    added = etree.SubElement(parent, f"{{{NAMESPACE}}}{name}")
    added.text = text and NO_XML.sub("\ufffd", text)
    return added


def _moment(at: datetime, city: tzinfo) -> str:
    return at.astimezone(city).isoformat(timespec="seconds")
