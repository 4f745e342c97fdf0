"""How often one network address sends can be counted without keeping the address."""

from __future__ import annotations

from django.utils.crypto import salted_hmac


def hide_sender(address: str, *, under: str) -> str:
    """Return what an address is counted under: 64 hex digits that only the house's secret leads to.

    `under` says what is counted and, where counts begin anew, in which period: the same address under another word
    is another sender.
    """
    return salted_hmac(f"madang.sender.{under}", address, algorithm="sha256").hexdigest()
