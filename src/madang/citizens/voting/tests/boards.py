"""A small election held in memory, whose every part can be changed before its archive is written."""

from __future__ import annotations

from copy import deepcopy
from datetime import UTC, datetime
from functools import cache
from typing import Any

import msgspec

from madang.citizens.voting.actions.trustees import Trustee
from madang.citizens.voting.methods.archives import make_event, name_content, write_archive
from madang.citizens.voting.methods.ballots import make_ballot
from madang.citizens.voting.methods.credentials import derive_public, make_credential
from madang.citizens.voting.methods.messages import fingerprint, write
from madang.citizens.voting.methods.proofs import pick
from madang.citizens.voting.methods.tallying import add_up, open_tally
from madang.citizens.voting.methods.trustees import (
    combine,
    combine_key,
    decrypt_partially,
    make_public_key,
    make_seed,
    route,
)
from madang.citizens.voting.records.elections import GROUPS, Question

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
GROUP = GROUPS["BELENIOS-2048"]
UUID = "abcdefghijkmno"
QUESTIONS = (
    Question(question="하나", answers=("가", "나"), min=1, max=1, blank=True),
    Question(question="둘", answers=("다", "라", "마"), min=0, max=2),
)
VOTES = (((0, 1, 0), (1, 1, 0)), ((1, 0, 0), (0, 0, 0)), ((0, 0, 1), (0, 1, 0)))


def deal_keys(count: int, threshold: int) -> tuple[dict[str, Any], list[int]]:
    """Let trustees make a key together; return the published parameters and each one's share."""
    trustees = [Trustee(GROUP.name, make_seed()) for _ in range(count)]
    certificates = [one.certify() for one in trustees]
    polynomials = [one.deal(certificates, threshold) for one in trustees]
    outputs = [
        one.check(certificates, threshold, route(polynomials, number))
        for number, one in enumerate(trustees, start=1)
    ]
    shares = [
        one.open_share(msgspec.json.decode(output)["private_key"])
        for one, output in zip(trustees, outputs, strict=True)
    ]
    return combine(threshold, certificates, polynomials, outputs), shares


class Board:
    """The parts of an archive before they are hashed."""

    def __init__(self) -> None:
        self.named: dict[str, Any] = {}
        own = pick(GROUP)
        shared, shares = deal_keys(3, 2)
        self.secrets = {1: own, 3: shares[1], 4: shares[2]}
        self.trustees: list[Any] = [["Single", make_public_key(GROUP, own)], ["Pedersen", shared]]
        self.codes = [make_credential() for _ in VOTES]
        self.credentials = [str(derive_public(GROUP, UUID, code)) for code in self.codes]
        key = combine_key(GROUP, self.trustees)
        questions = [
            {
                "answers": list(one.answers),
                **({"blank": True} if one.blank else {}),
                "min": one.min,
                "max": one.max,
                "question": one.question,
            }
            for one in QUESTIONS
        ]
        self.election: dict[str, Any] = {
            "version": 1, "description": "시험", "name": "시험", "group": GROUP.name,
            "public_key": str(key), "questions": questions, "uuid": UUID,
        }  # fmt: skip
        self.key = key
        self.ballots = [
            msgspec.json.decode(self.cast(code, votes)) for code, votes in zip(self.codes, VOTES, strict=True)
        ]
        self.ballots.append(msgspec.json.decode(self.cast(self.codes[0], VOTES[2])))
        tally, counted = add_up(GROUP, self.ballots, [len(one.answers) + one.blank for one in QUESTIONS])
        self.tally = msgspec.json.decode(tally)
        self.sized: dict[str, Any] = {"num_tallied": counted, "total_weight": counted}
        said = fingerprint(write(self.election))
        self.decryptions = [
            [owner, msgspec.json.decode(decrypt_partially(GROUP, secret, self.tally, said))]
            for owner, secret in self.secrets.items()
        ]
        factors = {owner: one["decryption_factors"] for owner, one in self.decryptions}
        self.result: Any = open_tally(GROUP, self.tally, self.trustees, factors, 3)

    def cast(self, code: str, votes: Any, questions: tuple[Question, ...] = QUESTIONS) -> str:
        """Return a ballot."""
        return make_ballot(
            GROUP, election=write(self.election), uuid=UUID, key=self.key, questions=questions, code=code,
            choices=votes,
        )  # fmt: skip

    def list_entries(self) -> list[tuple[str, bytes]]:
        """Return the entries, hashed and chained as a server would, whatever they hold."""
        entries: list[tuple[str, bytes]] = []
        events: list[bytes] = []

        def keep(message: Any) -> str:
            content = (message if isinstance(message, str) else write(message)).encode()
            if ("data", content) not in entries:
                entries.append(("data", content))
            return name_content(content)

        def happen(kind: str, payload: str = "") -> None:
            parent = name_content(events[-1]) if events else ""
            events.append(make_event(parent, len(events), kind, payload))
            entries.append(("event", events[-1]))

        names = {
            "election": keep(self.election),
            "trustees": keep(self.trustees),
            "credentials": keep(self.credentials),
            **self.named,
        }
        happen("Setup", keep(names))
        for ballot in self.ballots:
            happen("Ballot", keep(ballot))
        happen("EndBallots")
        happen("EncryptedTally", keep({**self.sized, "encrypted_tally": keep(self.tally)}))
        for owner, one in self.decryptions:
            happen("PartialDecryption", keep({"owner": owner, "payload": keep(one)}))
        if self.result is not None:
            happen("Result", keep({"result": self.result}))
        return entries

    def write(self) -> bytes:
        """Return the archive."""
        return write_archive(self.list_entries(), NOW)


@cache
def _hold() -> Board:
    return Board()


def hold() -> Board:
    """Return a board of one's own to change."""
    return deepcopy(_hold())
