"""The pages above an address: what a form is about, and the way back."""

from __future__ import annotations

import re
from urllib.parse import quote

from django.http import HttpRequest
from django.urls import Resolver404, resolve

from madang.core.base.interface import Text

CODE_FOR_MACHINES = re.compile(r"[0-9a-f-]{16,}")
DOORS = ("/desk/",)


def list_crumbs(request: HttpRequest) -> list[tuple[Text, str]]:
    """Return title and address of each page above the present one that this reader may open, the highest first.

    The page of one record is called by its number, where that is one for people.
    """
    parts, here = request.path.strip("/").split("/"), set(resolve(request.path).kwargs.values())
    crumbs = []
    for depth in range(1, len(parts)):
        address = f"/{'/'.join(parts[:depth])}/"
        try:
            found = resolve(address)
        except Resolver404:
            continue
        title = getattr(found.func, "title", None) if "GET" in getattr(found.func, "methods", ()) else None
        if not set(found.kwargs.values()) <= here:
            continue  # .../targets/new/ is below no record that is called targets
        if title and address not in DOORS and request.actor.may(found.func.permission):
            called = _call(title, parts[depth - 1] if found.kwargs else "")
            if not crumbs or crumbs[-1][0] != called:
                crumbs.append((called, quote(address)))
    return crumbs


def _call(title: Text, number: str) -> Text:
    if not number or CODE_FOR_MACHINES.fullmatch(number):
        return title
    return Text(ko=f"{title.ko} {number}", en=f"{title.en} {number}")
