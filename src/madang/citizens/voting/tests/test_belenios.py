"""The reference program accepts our archives, and our check accepts those it makes."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from madang.citizens.voting.detectors.verifying import verify, verify_continues
from madang.citizens.voting.queries import get_archive
from madang.citizens.voting.records import ElectionState
from madang.citizens.voting.rehearsal import hold_demo
from madang.project.pytest_plugin import miss

GROUP = ("--group", "BELENIOS-2048")


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
        return done.stdout + done.stderr

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
    uuid = tool(tmp_path, "setup", "generate-token").strip()
    tool(tmp_path, "setup", "generate-credentials", "--uuid", uuid, *GROUP, "--count", "3")
    next(tmp_path.glob("*.pubcreds")).rename(tmp_path / "public_creds.json")
    codes = [line.split()[-1] for line in next(tmp_path.glob("*.privcreds")).read_text().splitlines() if line]
    for _ in range(2):
        tool(tmp_path, "setup", "generate-trustee-key", *GROUP)
    keys = sorted(tmp_path.glob("*.pubkey"))
    (tmp_path / "public_keys.jsons").write_text("".join(key.read_text() for key in keys))
    tool(tmp_path, "setup", "make-trustees")
    questions = [
        {"answers": ["A", "B"], "min": 1, "max": 1, "question": "Q1"},
        {"answers": ["A", "B", "C"], "blank": True, "min": 1, "max": 2, "question": "Q2"},
    ]
    template = {"description": "d", "name": "n", "questions": questions}
    (tmp_path / "template.json").write_text(json.dumps(template))
    tool(tmp_path, "setup", "make-election", "--uuid", uuid, *GROUP, "--template", "template.json")
    tool(tmp_path, "archive", "init")
    for name in ("election.json", "trustees.json", "public_creds.json"):
        (tmp_path / name).unlink()
    archive = tmp_path / f"{uuid}.bel"
    votes = ("[[1,0],[0,1,0,1]]", "[[0,1],[1,0,0,0]]", "[[0,1],[0,0,1,0]]", "[[0,1],[0,0,0,1]]")
    snapshots = []
    for code, vote in zip([*codes, codes[0]], votes, strict=True):
        (tmp_path / "code").write_text(code)
        (tmp_path / "vote").write_text(vote)
        ballot = subprocess.run(
            ["belenios-tool", "election", "generate-ballot", "--privcred", "code", "--ballot", "vote"],
            cwd=tmp_path, capture_output=True, text=True, check=True,
            env=os.environ | {"BELENIOS_USE_URANDOM": "1"},
        ).stdout  # fmt: skip
        tool(tmp_path, "archive", "add-event", "--type=Ballot", say=ballot)
        snapshots.append(archive.read_bytes())
    tool(tmp_path, "archive", "add-event", "--type=EndBallots")

    def say(*arguments: str) -> str:
        return subprocess.run(
            ["belenios-tool", "election", *arguments],
            cwd=tmp_path, capture_output=True, text=True, check=True,
        ).stdout  # fmt: skip

    tool(tmp_path, "archive", "add-event", "--type=EncryptedTally", say=say("compute-encrypted-tally"))
    for owner, key in enumerate(keys, start=1):
        private = key.with_suffix(".privkey").name
        share = say("decrypt", "--privkey", private, "--trustee-id", str(owner))
        tool(tmp_path, "archive", "add-event", "--type=PartialDecryption", say=share)
    tool(tmp_path, "archive", "add-event", "--type=Result", say=say("compute-result"))
    return archive.read_bytes(), snapshots


def test_we_accept_an_election_of_the_reference_program(theirs):
    whole, snapshots = theirs
    verdict = verify(whole)
    assert verdict.fault is None
    assert (verdict.ballots, verdict.counted) == (4, 3)
    assert verdict.result == [[0, 3], [1, 0, 1, 1]]
    assert verify(snapshots[1]).result is None
    assert verify_continues(snapshots[0], whole) is None
    assert verify_continues(whole, snapshots[0]) is not None
