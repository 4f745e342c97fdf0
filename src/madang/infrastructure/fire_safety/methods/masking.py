"""Contacts as they are shown to those who needn't call them now."""

from __future__ import annotations

import re

import msgspec

from madang.core.base.interface import read_pair
from madang.infrastructure.fire_safety.records import Contact

LAST = 2
HIDDEN = 2
"""So many signs stand for the rest of a name, however long it is."""


def mask(contact: Contact) -> Contact:
    """Return a contact of whom only the first letter and the phone's last two digits are left."""
    kept = contact.phone[-LAST:]
    phone = re.sub(r"\d", "*", contact.phone[:-LAST]) + kept
    return msgspec.structs.replace(contact, name=mask_name(contact.name), phone=phone)


def mask_name(name: str) -> str:
    """Return a name of which only the first letter is left, in each of its languages."""
    said = read_pair(name)
    hidden = [one[:1] + "○" * min(len(one) - 1, HIDDEN) for one in dict.fromkeys((said.ko, said.en))]
    return " · ".join(hidden)
