"""Words and addresses that pages of polls share."""

from __future__ import annotations

from madang.citizens.voting.queries.polls import CITY
from madang.citizens.voting.records.polls import Poll, PollKind
from madang.core.base.interface import Text
from madang.core.people.interface import list_agencies
from madang.core.places.interface import list_districts

TITLE = Text(ko="엠보팅", en="Voting")
POLLS = "/voting/polls/"
NOT_SAID = Text(ko="밝히지 않음·작은 구 합침", en="Not said, and small districts together")


def address_of(poll: Poll) -> str:
    """Return the address of a poll's page."""
    return f"{POLLS}{poll.id}/"


def name_agencies() -> dict[str, Text]:
    """Return the names of all agencies by code."""
    return {agency.code: agency.name for agency in list_agencies()}


def name_asker(poll: Poll, agencies: dict[str, Text]) -> Text:
    """Return who asks: an agency, or a citizen whose name isn't shown."""
    if poll.kind is PollKind.GROUP:
        return Text(ko="시민이 만든 투표", en="A citizen’s poll")
    return agencies.get(poll.agency_code, agencies.get(CITY, TITLE))


def name_districts() -> dict[str, Text]:
    """Return the names of the city's districts by legal code."""
    return {one.code: Text(ko=one.name_ko, en=one.name_en) for one in list_districts()}
