"""Everyday polls as records: what is asked, who may answer, what was counted."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec

from madang.core.base.interface import Text, read_pair

Marks = dict[int, int]
"""A vote: choice number → mark. What a mark means depends on the kind of ballot."""

MOST_STARS = 5
AGREE, PASS, DISAGREE = 1, 0, -1


class PollKind(StrEnum):
    """Who asks: an agency of the city, or anybody."""

    POLICY = "policy"
    GROUP = "group"


class BallotKind(StrEnum):
    """How one votes, and what a mark is."""

    SINGLE = "single"  # 1 for the one chosen
    MULTIPLE = "multiple"  # 1 for each chosen
    RATING = "rating"  # stars, 1 to 5
    RANKING = "ranking"  # rank, 1 is best; two choices never share one
    BUDGET = "budget"  # amount, in the poll's unit
    OPINION = "opinion"  # AGREE, PASS or DISAGREE


class Eligibility(StrEnum):
    """Who may vote."""

    EVERYONE = "everyone"
    RESIDENCE = "residence"
    LINK = "link"
    LIST = "list"
    WALLET = "wallet"


class PollState(StrEnum):
    """Where a poll is on its way; the clock decides, except for the count."""

    PLANNED = "planned"
    OPEN = "open"
    CLOSED = "closed"
    COUNTED = "counted"


LISTED = (Eligibility.EVERYONE, Eligibility.RESIDENCE, Eligibility.WALLET)
"""Polls that everybody may find."""
KIND_NAMES = {
    PollKind.POLICY: Text(ko="정책투표", en="Policy poll"),
    PollKind.GROUP: Text(ko="우리끼리 투표", en="Group poll"),
}
BALLOT_NAMES = {
    BallotKind.SINGLE: Text(ko="하나 고르기", en="Choose one"),
    BallotKind.MULTIPLE: Text(ko="여럿 고르기", en="Choose several"),
    BallotKind.RATING: Text(ko="별점 주기", en="Give stars"),
    BallotKind.RANKING: Text(ko="순위 매기기", en="Rank them"),
    BallotKind.BUDGET: Text(ko="예산 나누기", en="Divide a budget"),
    BallotKind.OPINION: Text(ko="의견 지도 만들기", en="Map opinions"),
}
ELIGIBILITY_NAMES = {
    Eligibility.EVERYONE: Text(ko="로그인한 누구나", en="Everyone who is signed in"),
    Eligibility.RESIDENCE: Text(ko="고른 자치구 주민", en="Residents of chosen districts"),
    Eligibility.LINK: Text(
        ko="주소를 아는 사람 (목록에 안 보임)", en="Whoever knows the address (not listed)"
    ),
    Eligibility.LIST: Text(ko="초대한 사람만 (한 사람에 주소 하나)", en="Those invited (one link each)"),
    Eligibility.WALLET: Text(
        ko="지갑의 증명서로 자격을 보인 사람 (로그인 없이)",
        en="Whoever proves it with the wallet (without signing in)",
    ),
}
STATE_NAMES = {
    PollState.PLANNED: Text(ko="곧 시작", en="soon"),
    PollState.OPEN: Text(ko="투표 중", en="open"),
    PollState.CLOSED: Text(ko="마감, 세는 중", en="closed, being counted"),
    PollState.COUNTED: Text(ko="결과 발표", en="counted"),
}


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """What can be chosen, or a statement to agree with. `alt` says what its picture shows."""

    number: int
    text: str
    alt: str = ""
    has_picture: bool = False


class NewChoice(msgspec.Struct, frozen=True, kw_only=True):
    """A choice of a poll being made; `picture` is the file as it was uploaded."""

    text: str
    picture: bytes = b""
    alt: str = ""


class NewPoll(msgspec.Struct, frozen=True, kw_only=True):
    """A poll to open.

    `most` is how many may be chosen (MULTIPLE), `seats` how many win (RANKING), `total` and `unit` what is
    divided (BUDGET), `invited` how many personal links are made (LIST), `rule` the wallet's rule that voters
    meet (WALLET). Nothing is shown of fewer than `threshold` voters. With `by_district` voters may say their district, and counts are given by district.
    """

    kind: PollKind
    question: str
    ballot: BallotKind
    choices: tuple[NewChoice, ...]
    opens_at: datetime
    closes_at: datetime
    agency_code: str = ""
    about: str = ""
    eligibility: Eligibility = Eligibility.EVERYONE
    districts: tuple[str, ...] = ()
    most: int = 1
    seats: int = 1
    total: int = 0
    unit: str = ""
    invited: int = 0
    rule: str = ""
    may_change: bool = True
    by_district: bool = False
    threshold: int = 5


class Poll(msgspec.Struct, frozen=True, kw_only=True):
    """One poll. `voters` counts those who voted; `districts` are legal codes, empty for the whole city."""

    id: str
    kind: PollKind
    agency_code: str
    maker_id: str
    question: str
    about: str
    ballot: BallotKind
    choices: tuple[Choice, ...]
    eligibility: Eligibility
    districts: tuple[str, ...]
    most: int
    seats: int
    total: int
    unit: str
    invited: int
    rule: str
    may_change: bool
    by_district: bool
    threshold: int
    made_at: datetime
    opens_at: datetime
    closes_at: datetime
    state: PollState
    voters: int
    counted_at: datetime | None = None
    reply: str = ""
    replied_at: datetime | None = None
    hidden_reason: str = ""

    @property
    def is_listed(self) -> bool:
        """Whether everybody may find it; others are reached by their address only."""
        return self.eligibility in LISTED and not self.hidden_reason

    def say(self, language: str) -> Poll:
        """Return the poll in `language`, where its maker wrote the question "Korean · English"; else as it stands.

        Choices and the rest are read as pairs only then: "치킨 · BBQ" may also be one choice.
        """
        question = read_pair(self.question)
        if question.ko == question.en:
            return self
        choices = [
            msgspec.structs.replace(
                one, text=read_pair(one.text).say(language), alt=read_pair(one.alt).say(language)
            )
            for one in self.choices
        ]
        return msgspec.structs.replace(
            self,
            question=question.say(language),
            choices=tuple(choices),
            **{name: read_pair(getattr(self, name)).say(language) for name in ("about", "unit", "reply")},
        )


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """One of the wallet's rules in words: which certificate answers it, and what of it is shown."""

    name: str
    title: Text
    kind: str
    certificate: Text
    claims: tuple[Text, ...]


class ProofState(StrEnum):
    """Where a voter's proof is on its way; EXPIRED is also one that nobody began here."""

    WAITING = "waiting"
    ANSWERED = "answered"
    EXPIRED = "expired"


class WalletProof(msgspec.Struct, frozen=True, kw_only=True):
    """How a voter's proof stands.

    `reason` is why the answer is yes or no, or why the last presentation was refused; `pseudonym` is the same for
    the same person in the same poll, "" where there is no yes; `link` and `here` open wallets while it waits. Both are
    told to whoever answered (`is_answerer`), not to who began.
    """

    state: ProofState
    is_eligible: bool
    reason: Text
    pseudonym: str
    link: str
    here: str
    is_answerer: bool


class Vote(msgspec.Struct, frozen=True):
    """What was voted, and in which district the voter says to live ("" where not said)."""

    marks: Marks
    district: str = ""


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """The count of one choice.

    `counts` are votes (one number), voters for each of 1 … 5 stars, first ranks (one number), or those who
    agree, pass, disagree. `mean` and `median` are stars or amounts.
    """

    number: int
    counts: tuple[int, ...]
    mean: float | None = None
    median: float | None = None


class DistrictLine(msgspec.Struct, frozen=True, kw_only=True):
    """Votes of one district by choice; None where a small number is hidden. `code` "" pools small districts."""

    code: str
    voters: int | None
    counts: tuple[int | None, ...]


class Ranked(msgspec.Struct, frozen=True, kw_only=True):
    """Choices by the Schulze method, those that tie together; `preferred[i][j]` voters rank i above j."""

    order: tuple[tuple[int, ...], ...]
    preferred: tuple[tuple[int, ...], ...]


class Round(msgspec.Struct, frozen=True, kw_only=True):
    """One round of a transferable count: votes by choice number, who was elected or excluded then."""

    votes: dict[int, float]
    elected: tuple[int, ...] = ()
    excluded: int | None = None
    exhausted: float = 0.0
    is_tied: bool = False


class Elected(msgspec.Struct, frozen=True, kw_only=True):
    """The winners of a transferable count, in the order in which they were elected."""

    quota: int
    winners: tuple[int, ...]
    rounds: tuple[Round, ...]


class Spot(msgspec.Struct, frozen=True, kw_only=True):
    """A place on an opinion map (−1 … 1 both ways) and how many of which group stand there."""

    x: float
    y: float
    group: int
    people: int


class OpinionGroup(msgspec.Struct, frozen=True, kw_only=True):
    """People who answer alike: agreement by statement (0 … 1, None unanswered), and what sets them apart."""

    people: int
    agreement: tuple[float | None, ...]
    marked_by: tuple[int, ...]


class OpinionMap(msgspec.Struct, frozen=True, kw_only=True):
    """Who answers alike. `explained` are the shares of variance of both axes, `silhouette` −1 … 1."""

    spots: tuple[Spot, ...]
    groups: tuple[OpinionGroup, ...]
    shared: tuple[int, ...]
    explained: tuple[float, float]
    silhouette: float | None


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What was counted at closing. With fewer voters than the threshold there are no lines."""

    voters: int
    lines: tuple[Line, ...] = ()
    districts: tuple[DistrictLine, ...] = ()
    ranked: Ranked | None = None
    elected: Elected | None = None
    opinions: OpinionMap | None = None


class Comment(msgspec.Struct, frozen=True, kw_only=True):
    """One contribution to the discussion; hidden ones keep their reason, not their words."""

    id: int
    author_id: str
    author_name: str
    text: str
    at: datetime
    hidden_reason: str = ""
    reports: int = 0
