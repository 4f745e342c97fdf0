"""Story: someone follows every link of every kind of page that the doors lead to, and never ends at nothing."""

from __future__ import annotations

import re
from collections import deque
from urllib.parse import urljoin, urlsplit

from lxml import html

from madang.project.pytest_plugin import House

DOORS = ("/", "/desk/", "/build/", "/help/", "/datasets/")
ELSEWHERE = ("/static/", "/display/", "/accounts/logout")
ONE_OF_MANY = re.compile(
    r"(?<=/datasets/)[^/]+|(?<=/open_data/)[^/]+|(?<=/places/)[^/]+|[0-9a-f]{8,}[0-9a-f-]*|\d+"
)
"""What differs in the addresses of pages of one kind."""


def test_every_link_leads_somewhere(house: House):
    client = house.sign_in("admin")
    waiting = deque((door, "a door") for door in DOORS)
    asked: set[str] = set()
    broken = []
    while waiting:
        address, came_from = waiting.popleft()
        kind = ONE_OF_MANY.sub("#", address.partition("?")[0])
        if kind in asked:
            continue
        asked.add(kind)
        with client.stream("GET", address) as answer:  # pictures that go on for ever are only begun
            if answer.status_code >= 400:
                broken.append(f"{address} ({answer.status_code}), linked from {came_from}")
            elif answer.headers.get("content-type", "").startswith("text/html"):
                waiting.extend((link, address) for link in list_links(answer.url.path, answer.read()))
    assert len(asked) > 100
    assert not broken, "\n".join(broken)


def test_every_example_at_the_build_door_answers(house: House):
    visitor = house.visit()
    lines = html.fromstring(visitor.get("/build/").content).xpath("//pre/code/text()")
    said = [re.fullmatch(r"curl '?(http[^']+)'?", str(line)) for line in lines]
    examples = [one[1] for one in said if one]
    assert len(examples) > 6
    for example in examples:
        answer = visitor.get(example)
        assert answer.status_code == 200, example
        assert len(answer.content) > 100, example


def list_links(address: str, content: bytes) -> list[str]:
    """Return the addresses of this house that a page links to."""
    found = (urlsplit(urljoin(address, str(link))) for link in html.fromstring(content).xpath("//a/@href"))
    own = (one for one in found if not one.scheme and not one.netloc and not one.path.startswith(ELSEWHERE))
    return [f"{one.path}?{one.query}" if one.query else one.path for one in own]
