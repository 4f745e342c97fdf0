"""Contacts as they are shown to those who needn't call them now."""

from __future__ import annotations

import re

import msgspec

from madang.infrastructure.fire_safety.records import Contact

LAST = 2


def mask(contact: Contact) -> Contact:
    """Return a contact of whom only the first letter and the phone's last two digits are left."""
    kept = contact.phone[-LAST:]
    phone = re.sub(r"\d", "*", contact.phone[:-LAST]) + kept
    return msgspec.structs.replace(contact, name=mask_name(contact.name), phone=phone)


def mask_name(name: str) -> str:
    """Return a name of which only the first letter is left."""
    return name[:1] + "○" * (len(name) - 1)
