"""A server that is killed while votes are cast: what was acknowledged is there, nothing is half there or twice."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys

SERVER = """
import json, os, sys
import django
django.setup()
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from django.core.management import call_command
from madang.citizens.voting.actions.elections import cast_ballot, open_election
from madang.citizens.voting.actions.polls.casting import cast_vote
from madang.citizens.voting.actions.polls.making import open_poll
from madang.citizens.voting.methods.ballots import make_ballot
from madang.citizens.voting.methods.credentials import derive_public, make_credential
from madang.citizens.voting.methods.trustees import make_public_key
from madang.citizens.voting.queries.elections import get_text
from madang.citizens.voting.queries.polls import list_polls
from madang.citizens.voting.records.elections import GROUPS, Plan, Question
from madang.citizens.voting.records.polls import BallotKind, NewChoice, NewPoll, PollKind
from madang.core.base.interface import HOUSE, Actor, Conflict, now

GROUP, UUID = GROUPS["BELENIOS-2048"], "killedkilledk1"
QUESTION = Question(question="?", answers=("a", "b"), min=1, max=1)
if sys.argv[1] == "first":
    call_command("migrate", verbosity=0, interactive=False)
    plan = NewPoll(kind=PollKind.GROUP, question="?", ballot=BallotKind.SINGLE, threshold=1, opens_at=now(),
                   choices=(NewChoice(text="a"), NewChoice(text="b")), closes_at=now() + timedelta(days=1))
    open_poll(actor=Actor("maker", ""), now=now(), plan=plan)
    codes = [make_credential() for _ in range(40)]
    open_election(actor=HOUSE, now=now(), uuid=UUID, plan=Plan(name="", description="", questions=(QUESTION,)),
                  trustees=[["Single", make_public_key(GROUP, 4711)]],
                  credentials=[str(derive_public(GROUP, UUID, code)) for code in codes])
    open(sys.argv[2], "w").write(json.dumps(codes))
codes = json.load(open(sys.argv[2]))
poll, election = list_polls(now=now())[0][0], get_text(UUID)


def say(line):
    os.write(1, (json.dumps(line) + "\\n").encode())


def vote(number):
    try:
        marks = {number % 2 + 1: 1}
        receipt = cast_vote(actor=Actor(f"voter-{number}", ""), now=now(), poll_id=poll.id, marks=marks)
    except Conflict:
        receipt = ""
    say(["poll", number, receipt])


def cast(number):
    key = int(json.loads(election)["public_key"])
    ballot = make_ballot(GROUP, election=election, uuid=UUID, key=key, questions=[QUESTION],
                         code=codes[number % 40], choices=[[1, 0]])
    say(["ballot", number, cast_ballot(uuid=UUID, ballot=ballot)])


with ThreadPoolExecutor(6) as devices:
    for number in range(5_000):
        devices.submit(vote, number)
        if number % 6 == 0:
            devices.submit(cast, number)
"""
LOOK = """
import json
import django
django.setup()
from madang.citizens.voting.detectors.verifying import verify
from madang.citizens.voting.queries.elections import get_archive, list_board
from madang.citizens.voting.queries.polls import count_voters, find_vote, list_polls, list_votes
from madang.citizens.voting.models import EntryRow
from madang.core.base.interface import now

poll = list_polls(now=now())[0][0]
said = json.loads(input())
verdict = verify(get_archive("killedkilledk1"), processes=1)
trackers = set(EntryRow.objects.filter(kind="ballot").values_list("tracker", flat=True))
print(json.dumps({
    "voters": count_voters(poll.id), "votes": len(list_votes(poll.id)), "fault": str(verdict.fault),
    "lost votes": [n for kind, n, r in said
                   if kind == "poll" and r and getattr(find_vote(poll.id, r), "marks", None) != {n % 2 + 1: 1}],
    "lost ballots": [r for kind, _, r in said if kind == "ballot" and r not in trackers],
    "ballots": verdict.ballots,
}))
"""


def test_what_was_acknowledged_before_the_server_was_killed_is_there_once(tmp_path):
    environment = os.environ | {
        "MADANG_DATA": str(tmp_path / "house"),
        "DJANGO_SETTINGS_MODULE": "madang.project.settings",
    }
    said = []
    for turn, lines in (("first", 60), ("again", 150)):
        command = [sys.executable, "-c", SERVER, turn, str(tmp_path / "codes.json")]
        server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
        said += [json.loads(server.stdout.readline()) for _ in range(lines)]
        server.send_signal(signal.SIGKILL)
        rest = server.communicate()[0]
        said += [json.loads(line) for line in rest.splitlines(keepends=True) if line.endswith("\n")]
        assert server.returncode == -signal.SIGKILL
    done = subprocess.run(
        [sys.executable, "-c", LOOK], input=json.dumps(said), capture_output=True, text=True, env=environment
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    taken = {number for kind, number, receipt in said if kind == "poll" and receipt}
    again = {number for kind, number, receipt in said if kind == "poll" and not receipt}
    assert taken
    assert len(taken) == sum(kind == "poll" and receipt != "" for kind, _, receipt in said), (
        "nobody voted twice"
    )
    assert (found["lost votes"], found["lost ballots"], found["fault"]) == ([], [], "None")
    assert found["voters"] == found["votes"] >= len(taken | again)
    assert found["ballots"] >= sum(kind == "ballot" for kind, _, _ in said) > 0
