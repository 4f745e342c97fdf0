"""`madang bench voting`: ballots checked a second beside belenios-tool, a ballot's making, and a whole election.

The whole election has as many voters as `--election` says: its ballots are made on every core, which isn't counted, then
they are added up, opened by two of three trustees and everything is checked, which is.
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from pathlib import Path
from threading import Thread
from typing import Any

from madang.citizens.voting.actions.trustees import Trustee
from madang.citizens.voting.detectors.verifying import verify
from madang.citizens.voting.methods.archives import make_event, name_content, write_archive
from madang.citizens.voting.methods.ballots import make_ballot
from madang.citizens.voting.methods.credentials import derive_public, make_credential, make_token
from madang.citizens.voting.methods.messages import fingerprint, write
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
from madang.core import pages

QUESTION = Question(question="?", answers=("a", "b", "c", "d", "e"), min=1, max=1)
GROUP = GROUPS["BELENIOS-2048"]
DIST = Path(pages.__file__).parent / "static" / "dist"


def make_one(given: tuple[str, str, int, str]) -> str:
    """Return a ballot for one of five answers."""
    uuid, election, key, code = given
    chosen = [0] * 5
    chosen[secrets.randbelow(5)] = 1
    return make_ballot(
        GROUP, election=election, uuid=uuid, key=key, questions=[QUESTION], code=code, choices=[chosen]
    )


def make_shared_key() -> tuple[list[int], Any]:
    """Return the shares of three trustees of whom two open the tally, and what they publish."""
    trustees = [Trustee(GROUP.name, make_seed()) for _ in range(3)]
    certificates = [one.certify() for one in trustees]
    polynomials = [one.deal(certificates, 2) for one in trustees]
    outputs = [one.check(certificates, 2, route(polynomials, at)) for at, one in enumerate(trustees, start=1)]
    shares = [
        one.open_share(json.loads(said)["private_key"]) for one, said in zip(trustees, outputs, strict=True)
    ]
    return shares, ["Pedersen", combine(2, certificates, polynomials, outputs)]


class Board:
    """An election's board in memory: one question of five answers, one code a voter."""

    def __init__(self, published: list[Any], voters: int) -> None:
        self.uuid, self.published = make_token(), published
        self.entries: list[tuple[str, bytes]] = []
        self._events: list[bytes] = []
        self._key = combine_key(GROUP, published)
        question = {"answers": list(QUESTION.answers), "min": 1, "max": 1, "question": "?"}
        self.election = write({
            "version": 1, "description": "", "name": "", "group": GROUP.name, "public_key": str(self._key),
            "questions": [question], "uuid": self.uuid,
        })  # fmt: skip
        codes = [make_credential() for _ in range(voters)]
        self.voters = [(self.uuid, self.election, self._key, code) for code in codes]
        listed = [str(derive_public(GROUP, self.uuid, code)) for code in codes]
        names = {
            "election": self.keep(self.election),
            "trustees": self.keep(write(published)),
            "credentials": self.keep(write(listed)),
        }
        self.happen("Setup", self.keep(write(names)))

    def keep(self, text: str) -> str:
        """Keep a piece of data and return its name."""
        self.entries.append(("data", text.encode()))
        return name_content(text.encode())

    def happen(self, kind: str, payload: str = "") -> None:
        """Chain an event to the last one."""
        parent = name_content(self._events[-1]) if self._events else ""
        self._events.append(make_event(parent, len(self._events), kind, payload))
        self.entries.append(("event", self._events[-1]))

    def write(self) -> bytes:
        """Return the archive as it is now."""
        return write_archive(self.entries, datetime.now(UTC))


def measure_election(voters: int) -> None:
    """Hold a whole election and print how long its tally and its audit took."""
    shares, published = make_shared_key()
    board = Board([published], voters)
    begun = time.perf_counter()
    with ProcessPoolExecutor() as pool:
        ballots = list(pool.map(make_one, board.voters, chunksize=16))
    print(f"{voters:,} voters: ballots made in {time.perf_counter() - begun:.0f} s")
    for ballot in ballots:
        board.happen("Ballot", board.keep(ballot))
    board.happen("EndBallots")
    begun = time.perf_counter()
    result = _tally(board, ballots, shares)
    tallied = time.perf_counter() - begun
    content = board.write()
    begun = time.perf_counter()
    verdict = verify(content)
    audited = time.perf_counter() - begun
    assert verdict.fault is None, verdict.fault
    assert (verdict.counted, verdict.result) == (voters, result)
    print(f"  tallied in {tallied:.1f} s, audited whole in {audited:.0f} s ({len(content) / 2**20:,.0f} MB)")


def _tally(board: Board, ballots: list[str], shares: list[int]) -> list[list[int]]:
    tally, counted = add_up(GROUP, [json.loads(one) for one in ballots], [len(QUESTION.answers)])
    sized = {"num_tallied": counted, "total_weight": counted, "encrypted_tally": board.keep(tally)}
    board.happen("EncryptedTally", board.keep(write(sized)))
    factors = {}
    for owner, share in list(enumerate(shares, start=1))[1:]:
        decryption = decrypt_partially(GROUP, share, json.loads(tally), fingerprint(board.election))
        owned = {"owner": owner, "payload": board.keep(decryption)}
        board.happen("PartialDecryption", board.keep(write(owned)))
        factors[owner] = json.loads(decryption)["decryption_factors"]
    result = open_tally(GROUP, json.loads(tally), board.published, factors, len(board.voters))
    board.happen("Result", board.keep(write({"result": result})))
    return result


def make_archive(voters: int) -> tuple[str, bytes, float]:
    """Return the number and the archive of an election with one ballot a voter, and seconds a ballot took."""
    board = Board([["Single", make_public_key(GROUP, secrets.randbelow(GROUP.q))]], voters)
    begun = time.perf_counter()
    for one in board.voters:
        board.happen("Ballot", board.keep(make_one(one)))
    took = (time.perf_counter() - begun) / voters
    return board.uuid, board.write(), took


class Serving(SimpleHTTPRequestHandler):
    """Serves the built front end, and says nothing."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given, directory=str(DIST))

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


SEAL_AND_SIGN = """async ([url, order]) => {
  const begun = performance.now();
  const work = (...said) => new Promise((resolve) => {
    const worker = new Worker(url, { type: "module" });
    worker.onmessage = ({ data }) => resolve(data);
    worker.postMessage(said);
  });
  const { ballot } = await work(order, await work(order));
  return [performance.now() - begun, ballot];
}"""


def measure_browser() -> None:
    """Print how long Chromium takes for a ballot, with the very script of the booth; the checker takes what it made."""
    browser = shutil.which("chromium")
    workers = sorted(DIST.glob("assets/ballot-worker-*.js"))
    if find_spec("playwright") is None or browser is None or not workers:
        print("a ballot in the browser: no Playwright, Chromium or built front end is here")
        return
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - a stranger may not have it

    board = Board([["Single", make_public_key(GROUP, secrets.randbelow(GROUP.q))]], 5)
    with ThreadingHTTPServer(("127.0.0.1", 0), Serving) as server, sync_playwright() as playwright:
        Thread(target=server.serve_forever, daemon=True).start()
        house = f"http://127.0.0.1:{server.server_port}"
        page = playwright.chromium.launch(executable_path=browser, args=["--no-sandbox"]).new_page()
        page.goto(f"{house}/manifest.json")
        took = []
        for uuid, election, _, code in board.voters:
            group = {"p": str(GROUP.p), "q": str(GROUP.q), "g": str(GROUP.g)}
            order = {
                "uuid": uuid,
                "election": election,
                "group": group,
                "code": code,
                "choices": [[0, 1, 0, 0, 0]],
            }
            seconds, ballot = page.evaluate(SEAL_AND_SIGN, [f"{house}/assets/{workers[0].name}", order])
            board.happen("Ballot", board.keep(ballot))
            took.append(seconds)
        server.shutdown()
    assert verify(board.write()).fault is None
    print(
        f"a ballot of five answers in Chromium: {min(took):.0f} to {max(took):.0f} ms, sealed and signed in a worker"
    )


def main() -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(prog="madang bench voting")
    parser.add_argument("--voters", type=int, default=400)
    parser.add_argument("--election", type=int, default=10_000, help="voters of the whole election; 0: none")
    asked = parser.parse_args()
    voters = asked.voters
    uuid, content, took = make_archive(voters)
    print(f"making a ballot of five answers: {took * 1000:.0f} ms on one core")
    measure_browser()
    for processes in (1, os.cpu_count() or 1):
        begun = time.perf_counter()
        verdict = verify(content, processes=processes)
        seconds = time.perf_counter() - begun
        assert verdict.fault is None, verdict.fault
        print(f"madang vote verify, {processes} process(es): {voters / seconds:.0f} ballots/s")
    if asked.election:
        measure_election(asked.election)
    tool = shutil.which("belenios-tool")
    if tool is None:
        print("belenios-tool is not here")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / f"{uuid}.bel").write_bytes(content)
        begun = time.perf_counter()
        subprocess.run([tool, "election", "verify"], cwd=folder, check=True, capture_output=True)
        seconds = time.perf_counter() - begun
        print(f"belenios-tool election verify on the same archive: {voters / seconds:.0f} ballots/s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
