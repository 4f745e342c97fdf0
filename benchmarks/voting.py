"""`madang bench voting`: ballots checked a second beside belenios-tool, and a ballot's making."""

from __future__ import annotations

import argparse
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from madang.citizens.voting.detectors.verifying import verify
from madang.citizens.voting.methods.archives import make_event, name_content, write_archive
from madang.citizens.voting.methods.ballots import make_ballot
from madang.citizens.voting.methods.credentials import derive_public, make_credential, make_token
from madang.citizens.voting.methods.messages import write
from madang.citizens.voting.methods.trustees import make_public_key
from madang.citizens.voting.records.elections import GROUPS, Question

QUESTION = Question(question="?", answers=("a", "b", "c", "d", "e"), min=1, max=1)
GROUP = GROUPS["BELENIOS-2048"]


def make_archive(voters: int) -> tuple[str, bytes, float]:
    """Return the number and the archive of an election with one ballot a voter, and seconds a ballot took."""
    uuid, secret = make_token(), secrets.randbelow(GROUP.q)
    trustee = make_public_key(GROUP, secret)
    codes = [make_credential() for _ in range(voters)]
    question = {"answers": list(QUESTION.answers), "min": 1, "max": 1, "question": "?"}
    election = write({
        "version": 1, "description": "", "name": "", "group": GROUP.name, "public_key": trustee["public_key"],
        "questions": [question], "uuid": uuid,
    })  # fmt: skip
    entries: list[tuple[str, bytes]] = []
    events: list[bytes] = []

    def keep(text: str) -> str:
        entries.append(("data", text.encode()))
        return name_content(text.encode())

    def happen(kind: str, payload: str) -> None:
        events.append(make_event(name_content(events[-1]) if events else "", len(events), kind, payload))
        entries.append(("event", events[-1]))

    listed = write([str(derive_public(GROUP, uuid, code)) for code in codes])
    names = {
        "election": keep(election),
        "trustees": keep(write([["Single", trustee]])),
        "credentials": keep(listed),
    }
    happen("Setup", keep(write(names)))
    begun = time.perf_counter()
    for code in codes:
        chosen = [0] * 5
        chosen[secrets.randbelow(5)] = 1
        key = int(trustee["public_key"])
        ballot = make_ballot(
            GROUP, election=election, uuid=uuid, key=key, questions=[QUESTION], code=code, choices=[chosen]
        )
        happen("Ballot", keep(ballot))
    took = (time.perf_counter() - begun) / voters
    return uuid, write_archive(entries, datetime.now(UTC)), took


def main() -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(prog="madang bench voting")
    parser.add_argument("--voters", type=int, default=400)
    voters = parser.parse_args().voters
    uuid, content, took = make_archive(voters)
    print(f"making a ballot of five answers: {took * 1000:.0f} ms on one core")
    for processes in (1, os.cpu_count() or 1):
        begun = time.perf_counter()
        verdict = verify(content, processes=processes)
        seconds = time.perf_counter() - begun
        assert verdict.fault is None, verdict.fault
        print(f"madang vote verify, {processes} process(es): {voters / seconds:.0f} ballots/s")
        print(f"  10,000 ballots at this rate: {10_000 * seconds / voters:.0f} s (extrapolated)")
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
