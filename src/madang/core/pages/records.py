"""Records that services declare: routes of the JSON API and the hot paths."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from madang.core.base.interface import Actor, MadangError, Text

from .blocks import MapLayer


class Route(msgspec.Struct, frozen=True):
    """One address of the JSON API or of a hot path.

    `endpoint(request, query, body)` is sync (it runs in a thread, with Django's database) or async
    (no database), and returns a record (→ JSON), None (→ 204) or a Starlette Response. `query` and
    `body` are msgspec Structs, `returns` any type msgspec can describe; None: the endpoint answers
    with a Response of its own. With `upload` the endpoint reads `request.stream()` itself.
    `permission` is "public", "signed-in" or one that a manifest declares. With `own_tokens` an Authorization
    header is the endpoint's to read: it isn't the house's token, and who sends it is nobody; it answers 401 to
    a request without the token that its protocol asks for. With `cross_origin` pages of other sites may call
    it: it reads no cookie, and who calls is nobody. With `readable_anywhere` pages of other sites may read it too:
    whoever comes from there without a token is nobody, with whatever cookie. With `problems` it also refuses by
    problem details (RFC 9457). `refuse(request, error)` answers a refusal in the form of the route's protocol,
    whoever raised it; None: in the house's.
    """

    method: str
    path: str
    endpoint: Callable[..., Any]
    permission: str
    summary: Text
    query: Any = None
    body: Any = None
    returns: Any = None
    tags: tuple[str, ...] = ()
    upload: bool = False
    own_tokens: bool = False
    cross_origin: bool = False
    readable_anywhere: bool = False
    problems: bool = False
    refuse: Callable[[Request, MadangError], Response] | None = None


class Watch(msgspec.Struct, frozen=True):
    """Hears of the good answers of some addresses, whichever room's: declared in a room's `hot.py` WATCHES.

    `heard(request, response)` is called on the way of the answer, before its body is sent, and so only notes it.
    """

    paths: frozenset[str]
    heard: Callable[[Request, Response], None]


class ErrorRecord(msgspec.Struct, frozen=True):
    """What every refused request is answered with."""

    code: str
    message: str
    details: dict[str, Any] = {}


class Panel(msgspec.Struct, frozen=True, kw_only=True):
    """One part of the city's or the desk's front page, contributed by a room's `doors.py`.

    Panels stand in `order`. `context(actor, language)` returns what `template` draws, or None where
    there is nothing to show this actor.
    """

    title: Text
    order: int
    permission: str
    template: str
    context: Callable[..., dict[str, Any] | None]


class CityPicture(msgspec.Struct, frozen=True, kw_only=True):
    """What the city's map shows: a layer, and the same in words.

    `summary` is the sentence under the map: what one sees. `rows` (what, value or None where missing) stand
    in the table behind it, under `row_title` and `value_title` with `unit`. `href` leads to the records.
    """

    layer: MapLayer
    summary: Text
    href: str
    as_of: datetime | None = None
    source: Text | str = ""
    row_title: Text = Text(ko="구분", en="Category")
    value_title: Text = Text(ko="개수", en="Number")
    unit: str = ""
    rows: tuple[tuple[Text, float | None], ...] = ()
    property_titles: dict[str, Text] = {}


class CityView(msgspec.Struct, frozen=True, kw_only=True):
    """One choice of the city's map: `name` stands in the address, `draw()` is called when it is chosen."""

    name: str
    title: Text
    draw: Callable[[], CityPicture | None]


class CityLayer(msgspec.Struct, frozen=True, kw_only=True):
    """Views that a room's `doors.py` CITY_LAYERS contributes to the city's map, in `order`.

    `build(actor, language)` returns those there is something to see of; it must be quick, as it is called
    for every visitor.
    """

    title: Text
    order: int
    permission: str
    build: Callable[[Actor, str], Sequence[CityView]]


class FirstStep(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that a new city does, contributed by a room's `doors.py` FIRST_STEPS.

    They stand at the desk in `order`, for whoever has `permission`, until all of one's own are done. `is_done()` must be quick.
    """

    title: Text
    about: Text
    href: str
    permission: str
    is_done: Callable[[], bool]
    order: int


class SearchHit(msgspec.Struct, frozen=True, kw_only=True):
    """One thing found: its title, address, and a line about it."""

    title: Text
    href: str
    about: Text = Text(ko="", en="")
    lon: float | None = None
    lat: float | None = None


class SearchSource(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of thing that the search box finds: `search(actor, query, limit)` → hits, best first."""

    title: Text
    search: Callable[..., list[SearchHit]]
    order: int = 100


class MenuLink(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of the menu at a door ("city", "desk" or "build")."""

    title: Text
    href: str
    door: str = "city"
    order: int = 100
    permission: str = "public"


class Protocol(msgspec.Struct, frozen=True, kw_only=True):
    """A way to connect that a room's `doors.py` PROTOCOLS shows at the build door.

    `example` is an address of the house that anybody can ask by GET and that answers with something to read.
    """

    title: Text
    about: Text
    example: str
    order: int = 100


class Topic(msgspec.Struct, frozen=True, kw_only=True):
    """One subject of live news that a room declares in `doors.py` TOPICS, and who may follow it.

    A topic "incidents" also speaks for "incidents.11680". `allows(actor, topic)` refines the
    permission where it depends on the part, such as one table; it may use the database.
    """

    name: str
    permission: str
    allows: Callable[[Actor, str], bool] | None = None
