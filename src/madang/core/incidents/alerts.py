"""What a target hears of an incident, written as a CAP 1.2 alert: as police (112), fire brigade (119) and control rooms take it.

The first message is an Alert, each later one an Update that refers to all before it; what is taken back as a false alarm
is a Cancel. Both languages are in it, each once.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from urllib.parse import quote

from lxml import etree

from madang.core.base.interface import CITY_TIMEZONE, Text

from .records import EVENT_NAMES, Event, Message, Resolution

NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"
SENDER = "madang"
NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that no XML may hold: a receiver would refuse the whole alert for one of them."""
LANGUAGES = (("ko-KR", "ko"), ("en-US", "en"))
BURNING = ("fire", "smoke")
OVER = (Event.CLOSED, Event.CLEARED)


def write_alert(
    message: Message,
    *,
    addressee: str,
    kind: Text,
    words: Mapping[str, Text],
    house: str,
    earlier: Sequence[tuple[str, datetime]] = (),
) -> str:
    """Return the alert of a message. It is the same however often it is sent: its identifier is the message's.

    `addressee` is the target's name; `kind` names the incident's kind and `words` its evidence; `house` is the public address (https://…, "" unknown) that
    links begin with; `earlier` are identifier and moment of what the target was told of this incident before.
    """
    alert = etree.Element(f"{{{NAMESPACE}}}alert", nsmap={None: NAMESPACE})
    _add(alert, "identifier", message.id)
    _add(alert, "sender", SENDER)
    _add(alert, "sent", _moment(message.at))
    _add(alert, "status", "Actual")
    _add(alert, "msgType", _find_type(message) if earlier else "Alert")
    _add(alert, "scope", "Private")
    _add(alert, "addresses", f'"{addressee.replace(chr(34), "")}"')
    if message.note:
        _add(alert, "note", message.note)
    if earlier:
        _add(alert, "references", " ".join(f"{SENDER},{name},{_moment(at)}" for name, at in earlier))
    _add(alert, "incidents", str(message.incident.number))
    for code, language in LANGUAGES:
        _add_info(alert, message, kind, words, house, code, language)
    return etree.tostring(alert, encoding="unicode")


def _find_type(message: Message) -> str:
    is_false = message.event is Event.CLOSED and message.incident.resolution == Resolution.FALSE_ALARM
    return "Cancel" if is_false else "Update"


def _add_info(
    alert: etree._Element,
    message: Message,
    kind: Text,
    words: Mapping[str, Text],
    house: str,
    code: str,
    language: str,
) -> None:
    incident, is_over = message.incident, message.event in OVER
    info = _add(alert, "info")
    _add(info, "language", code)
    _add(info, "category", "Fire" if any(word in incident.kind for word in BURNING) else "Safety")
    _add(info, "event", kind.say(language))
    _add(info, "responseType", "AllClear" if is_over else "Execute")
    _add(info, "urgency", "Past" if is_over else "Immediate")
    _add(info, "severity", incident.severity.value.capitalize())
    _add(info, "certainty", "Likely")
    _add(info, "onset", _moment(incident.opened_at))
    _add(
        info,
        "headline",
        f"{kind.say(language)} #{incident.number}: {EVENT_NAMES[message.event].say(language)}",
    )
    _add(info, "description", incident.reason.say(language))
    if house:
        _add(info, "web", f"{house}/desk/incidents/{incident.number}/")
    for name, value in incident.evidence.items():
        parameter = _add(info, "parameter")
        _add(parameter, "valueName", words[name].say(language) if name in words else name)
        _add(parameter, "value", _say_value(value, house, language))
    area = _add(info, "area")
    place = (incident.thing_id, incident.district_code)
    _add(area, "areaDesc", " / ".join(filter(None, place)) or incident.reason.say(language))
    if incident.lon is not None and incident.lat is not None:
        _add(area, "circle", f"{incident.lat:.6f},{incident.lon:.6f} 0")


def _say_value(value: object, house: str, language: str) -> str:
    """Return what is known in words: a page of the house as its whole address, a pair in one language."""
    if isinstance(value, str) and value.startswith("/"):
        return house + quote(value, safe="/?=&#:%")
    if isinstance(value, Mapping):
        return str(value.get(language, value))
    return str(value)


def _add(parent: etree._Element, name: str, text: str | None = None) -> etree._Element:
    added = etree.SubElement(parent, f"{{{NAMESPACE}}}{name}")
    added.text = text and NO_XML.sub("\ufffd", text)
    return added


def _moment(at: datetime) -> str:
    return at.astimezone(CITY_TIMEZONE).isoformat(timespec="seconds")
