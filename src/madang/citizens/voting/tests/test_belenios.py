"""The reference program accepts our archives, and our check accepts those it makes."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from madang.citizens.voting.detectors.verifying import verify, verify_continues
from madang.citizens.voting.queries.elections import get_archive
from madang.citizens.voting.records.elections import ElectionState
from madang.citizens.voting.rehearsal import hold_demo
from madang.project.pytest_plugin import miss

GROUP = ("--group", "BELENIOS-2048")
QUESTIONS = [
    {"answers": ["A", "B"], "min": 1, "max": 1, "question": "Q1"},
    {"answers": ["A", "B", "C"], "blank": True, "min": 1, "max": 2, "question": "Q2"},
]
VOTES = ("[[1,0],[0,1,0,1]]", "[[0,1],[1,0,0,0]]", "[[0,1],[0,0,1,0]]", "[[0,1],[0,0,0,1]]")


@pytest.fixture(scope="module")
def tool():
    program = shutil.which("belenios-tool")
    if program is None:
        miss("belenios-tool")

    def run(folder: Path, *arguments: str, say: str = "") -> str:
        environment = os.environ | {"BELENIOS_USE_URANDOM": "1"}
        done = subprocess.run(
            [program, *arguments], cwd=folder, input=say, capture_output=True, text=True, env=environment
        )
        assert done.returncode == 0, done.stderr
        return done.stdout or done.stderr

    return run


@pytest.mark.django_db
@pytest.mark.parametrize(("group", "voters"), [("BELENIOS-2048", 11), ("RFC-3526-2048", 2)])
def test_the_reference_program_accepts_our_election(tool, tmp_path, group, voters):
    election = hold_demo(voters, group, trustees=3, threshold=2)
    content = get_archive(election.uuid)
    (tmp_path / f"{election.uuid}.bel").write_bytes(content)
    assert "all checks passed" in tool(tmp_path, "election", "verify")
    assert election.state == ElectionState.TALLIED
    verdict = verify(content)
    assert verdict.fault is None
    assert verdict.result == [list(row) for row in election.result]
    assert sum(verdict.result[0]) == voters


@pytest.fixture
def theirs(tool, tmp_path):
    """A whole election by the reference program: two single trustees, one voter revotes."""
    return hold_theirs(tool, tmp_path, lambda: None)


def set_up_theirs(tool, folder, share_keys):
    """Return the codes of three voters and where the archive of an election that just began is.

    `share_keys` leaves in the folder what trustees of whom some suffice have made together.
    """
    uuid = tool(folder, "setup", "generate-token").strip()
    tool(folder, "setup", "generate-credentials", "--uuid", uuid, *GROUP, "--count", "3")
    next(folder.glob("*.pubcreds")).rename(folder / "public_creds.json")
    codes = [line.split()[-1] for line in next(folder.glob("*.privcreds")).read_text().splitlines() if line]
    for _ in range(2):
        tool(folder, "setup", "generate-trustee-key", *GROUP)
    keys = sorted(folder.glob("*.pubkey"))
    (folder / "public_keys.jsons").write_text("".join(key.read_text() for key in keys))
    share_keys()
    tool(folder, "setup", "make-trustees")
    template = {"description": "d", "name": "n", "questions": QUESTIONS}
    (folder / "template.json").write_text(json.dumps(template))
    tool(folder, "setup", "make-election", "--uuid", uuid, *GROUP, "--template", "template.json")
    tool(folder, "archive", "init")
    for name in ("election.json", "trustees.json", "public_creds.json"):
        (folder / name).unlink()
    return codes, folder / f"{uuid}.bel"


def hold_theirs(tool, folder, share_keys):
    """Return the archive of an election by the reference program, and as it was after each ballot."""

    def happen(kind: str, *arguments: str) -> None:
        payload = tool(folder, "election", *arguments) if arguments else ""
        tool(folder, "archive", "add-event", f"--type={kind}", say=payload)

    codes, archive = set_up_theirs(tool, folder, share_keys)
    snapshots = []
    for code, vote in zip([*codes, codes[0]], VOTES, strict=True):
        (folder / "code").write_text(code)
        (folder / "vote").write_text(vote)
        happen("Ballot", "generate-ballot", "--privcred", "code", "--ballot", "vote")
        snapshots.append(archive.read_bytes())
    happen("EndBallots")
    happen("EncryptedTally", "compute-encrypted-tally")
    for owner, key in enumerate(sorted(folder.glob("*.privkey")), start=1):
        happen("PartialDecryption", "decrypt", "--privkey", key.name, "--trustee-id", str(owner))
    for owner, key in list(enumerate(sorted(folder.glob("*.dkey")), start=3))[1:]:
        opened = ("--key", key.with_suffix(".key").name, "--decryption-key", key.name)
        happen("PartialDecryption", "decrypt-threshold", *opened, "--trustee-id", str(owner))
    happen("Result", "compute-result")
    return archive.read_bytes(), snapshots


def share_keys_of_three(tool, folder):
    """Three trustees of whom two open the tally make their keys together, step by step."""

    def take(*arguments: str, say: str = "") -> str:
        return tool(folder, "setup", "generate-trustee-key-threshold", *GROUP, *arguments, say=say)

    for _ in range(3):
        take("--step", "1")
    (folder / "certs.jsons").write_text("".join(one.read_text() for one in sorted(folder.glob("*.cert"))))
    known = ("--certs", "certs.jsons")
    take(*known, "--step", "2")
    keys = sorted(folder.glob("*.key"))
    sent = [take(*known, "--key", key.name, "--step", "3", "--threshold", "2") for key in keys]
    (folder / "polynomials.jsons").write_text("".join(sent))
    take(*known, "--step", "4", "--polynomials", "polynomials.jsons")
    answers = [
        take(*known, "--key", key.name, "--step", "5", say=key.with_suffix(".vinput").read_text())
        for key in keys
    ]
    polynomials = ("--polynomials", "polynomials.jsons")
    shared = take(*known, "--step", "6", *polynomials, say="".join(answers))
    (folder / "threshold.json").write_text(shared)


def test_we_accept_their_election_of_trustees_of_whom_some_suffice(tool, tmp_path):
    whole, _ = hold_theirs(tool, tmp_path, lambda: share_keys_of_three(tool, tmp_path))
    verdict = verify(whole)
    assert verdict.fault is None
    assert verdict.result == [[0, 3], [1, 0, 1, 1]]


def test_we_accept_an_election_of_the_reference_program(theirs):
    whole, snapshots = theirs
    verdict = verify(whole)
    assert verdict.fault is None
    assert (verdict.ballots, verdict.counted) == (4, 3)
    assert verdict.result == [[0, 3], [1, 0, 1, 1]]
    assert verify(snapshots[1]).result is None
    assert verify_continues(snapshots[0], whole) is None
    assert verify_continues(whole, snapshots[0]) is not None
