"""What a setting's value must look like besides its type: each raises ValueError with what is wanted instead."""

from __future__ import annotations

import json
from collections.abc import Callable
from ipaddress import ip_network
from urllib.parse import urlsplit

Form = Callable[[str], object]


def address_of(*schemes: str, path: bool = True) -> Form:
    """Return the form of an address that begins with one of `schemes`; without `path` it ends after host and port."""
    wanted = " or ".join(f"{scheme}://host" for scheme in schemes)

    def check(value: str) -> None:
        try:
            parts = urlsplit(value)
            whole = parts.scheme in schemes and (parts.hostname or parts.query) and (parts.port or 1)
        except ValueError:
            whole = False
        if not whole:
            raise ValueError(f"write {wanted}")
        if not path and (parts.path.strip("/") or parts.query or parts.fragment):
            raise ValueError(f"write {wanted} without anything behind it")

    return check


def check_host(value: str) -> None:
    """Refuse what isn't a host name or address to listen on, without port or scheme."""
    if not value.strip() or any(letter in value for letter in "/ ,@"):
        raise ValueError("write a host or address, such as 127.0.0.1 or 0.0.0.0")


def check_networks(value: str) -> None:
    """Refuse what isn't a list of networks with commas or spaces between them."""
    for word in value.replace(",", " ").split():
        ip_network(word, strict=False)


def check_providers(value: str) -> None:
    """Refuse what isn't a JSON list of objects."""
    try:
        providers = json.loads(value)
    except json.JSONDecodeError as error:
        raise ValueError(f"write a JSON list ({error})") from None
    if not isinstance(providers, list) or not all(isinstance(one, dict) for one in providers):
        raise ValueError('write a JSON list of objects, such as [{"provider_id": …, "client_id": …}]')
