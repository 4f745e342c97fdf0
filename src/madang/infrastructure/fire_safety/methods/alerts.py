"""A decision to hand over, written as a CAP 1.2 alert: what the 119 centre takes in.

An alarm's first message is an Alert, what is known later an Update, a cancellation a Cancel; the later ones
refer to all before them. What is part of a drill is an Exercise, everything else Actual.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo

import msgspec
from lxml import etree

from madang.core.base.interface import Text, read_pair
from madang.infrastructure.fire_safety.records import SIMULATED, Decision, Verdict

NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"
READ = {
    "identifier": "identifier",
    "sender": "sender",
    "sent": "sent",
    "status": "status",
    "msgType": "msgType",
    "references": "references",
    "headline": f"info/{{{NAMESPACE}}}headline",
}
NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that no XML may hold: a receiver would refuse the whole alert for one of them."""
NO_NAME = re.compile("[\\s,<&]")
"""What CAP 1.2 allows neither in an identifier nor in a sender."""
LINK = re.compile(r"https?://[A-Za-z0-9._~:/?@=+-]+")
MESSAGES = {Verdict.HAND_OVER: "Alert", Verdict.UPDATE: "Update", Verdict.STAND_DOWN: "Cancel"}
LANGUAGES = (("ko-KR", "ko"), ("en-US", "en"))
HEADLINES = {
    (Verdict.HAND_OVER, "ko"): "화재 경보",
    (Verdict.HAND_OVER, "en"): "Fire alarm",
    (Verdict.UPDATE, "ko"): "화재 경보 추가",
    (Verdict.UPDATE, "en"): "Fire alarm, more is known",
    (Verdict.STAND_DOWN, "ko"): "화재 경보 취소",
    (Verdict.STAND_DOWN, "en"): "Fire alarm cancelled",
}


class Scene(msgspec.Struct, frozen=True, kw_only=True):
    """Where it is and what who comes must know. Coordinates are degrees in EPSG:4326.

    `facts` are parameters of the alert, such as {"carry": "3"} for three people who must be carried:
    counts, never names. `people` says in words who is inside. `link` leads to the live picture. What is simulated
    says so in words and stays Actual: a person decides, and no machine drops a fire for a mark.
    """

    place: Text
    lon: float | None = None
    lat: float | None = None
    link: str = ""
    people: Text | None = None
    facts: Mapping[str, Text | str] = {}
    is_simulated: bool = False


def write_alert(
    decision: Decision, scene: Scene, *, sender: str, city: tzinfo, earlier: Sequence[str] = ()
) -> bytes:
    """Return the alert of a hand-over, or what updates or cancels the `earlier` ones (as `refer_to` names them).

    The identifier is the same however often it is written, so that a receiver knows a repetition. Raises
    ValueError for decisions that aren't handed over, and where there is nothing to update or cancel.
    """
    kind = MESSAGES.get(decision.verdict)
    if kind is None or (decision.verdict is not Verdict.HAND_OVER and not earlier):
        raise ValueError(f"{decision.verdict} is not handed over")
    alert = etree.Element(f"{{{NAMESPACE}}}alert", nsmap={None: NAMESPACE})
    _add(alert, "identifier", name_alert(decision))
    _add(alert, "sender", NO_NAME.sub("_", sender))
    _add(alert, "sent", _moment(decision.at, city))
    _add(alert, "status", "Exercise" if decision.is_drill else "Actual")
    _add(alert, "msgType", kind)
    _add(alert, "scope", "Private")
    _add(alert, "addresses", "119")
    notes = [f"훈련 · Drill: {name_alarm(decision)}"] if decision.is_drill else []
    notes += [SIMULATED] if scene.is_simulated else []
    if notes:
        _add(alert, "note", " · ".join(notes))
    if earlier:
        _add(alert, "references", " ".join(earlier))
    for code, language in LANGUAGES:
        _add_info(alert, decision, scene, code, language)
    return etree.tostring(alert, encoding="utf-8", xml_declaration=True)


def name_alert(decision: Decision) -> str:
    """Return the identifier of a decision's alert."""
    if decision.verdict is Verdict.UPDATE:
        return f"{name_alarm(decision)}-update-{decision.update}"
    return name_alarm(decision) + ("-cancel" if decision.verdict is Verdict.STAND_DOWN else "")


def name_alarm(decision: Decision) -> str:
    """Return the name of a decision's alarm as identifiers begin."""
    return NO_NAME.sub("_", NO_XML.sub("_", f"{decision.facility}-{decision.alarm}"))


def refer_to(content: bytes) -> str:
    """Return how a later message names an alert."""
    read = read_alert(content)
    return f"{read['sender']},{read['identifier']},{read['sent']}"


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
    mark = f"[{read_pair(SIMULATED).say(language)}] " if scene.is_simulated else ""
    _add(info, "headline", f"{mark}{HEADLINES[decision.verdict, language]}: {scene.place.say(language)}")
    said = [decision.reason.say(language), scene.people.say(language) if scene.people else ""]
    _add(info, "description", "\n".join(filter(None, said)))
    if LINK.fullmatch(scene.link):  # what is no address would make the whole alert one that can't be taken
        _add(info, "web", scene.link)
    for name, value in scene.facts.items():
        parameter = _add(info, "parameter")
        _add(parameter, "valueName", name)
        _add(parameter, "value", value.say(language) if isinstance(value, Text) else value)
    area = _add(info, "area")
    _add(area, "areaDesc", scene.place.say(language))
    if scene.lon is not None and scene.lat is not None:
        _add(area, "circle", f"{scene.lat:.6f},{scene.lon:.6f} 0")


def _add(parent: etree._Element, name: str, text: str | None = None) -> etree._Element:
    added = etree.SubElement(parent, f"{{{NAMESPACE}}}{name}")
    added.text = text and NO_XML.sub("\ufffd", text)
    return added


def _moment(at: datetime, city: tzinfo) -> str:
    return at.astimezone(city).isoformat(timespec="seconds")
