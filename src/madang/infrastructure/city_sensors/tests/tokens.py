"""A token as an officer makes one on the page."""

from __future__ import annotations

import re
from contextlib import closing
from typing import Any


def make_token(house: Any, *scopes: str) -> str:
    """Return a new token of the data officer's that may do `scopes` for a day."""
    with closing(house.sign_in("data-officer")) as officer:
        page = officer.post(
            "/account/tokens/new/",
            data={
                "csrfmiddlewaretoken": officer.cookies["csrftoken"],
                "name": "시험",
                "scopes": list(scopes),
                "agency_code": "*",
                "days": "1",
            },
        ).text
    found = re.search(r"mdg_[\w-]+", page)
    assert found, page
    return found[0]
