"""`madang bench polls`: votes a second when everybody comes at once, none lost, none twice."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

CHOICES = 5
THREADS = 64


def measure_floor(folder: Path, commits: int) -> float:
    """Return how many commits a second the disk takes, one row each, by SQLite alone."""
    import sqlite3  # noqa: PLC0415

    with sqlite3.connect(folder / "floor.sqlite", isolation_level=None) as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA synchronous=FULL")
        database.execute("CREATE TABLE t (x)")
        begun = time.perf_counter()
        for number in range(commits):
            database.execute("INSERT INTO t VALUES (?)", (number,))
        return commits / (time.perf_counter() - begun)


def measure_turnout(voters: int) -> tuple[float, float, int, int, int]:
    """Return tries a second and a second of processor, and how many were taken, refused and counted."""
    from django.core.management import call_command  # noqa: PLC0415
    from django.db import connections  # noqa: PLC0415

    from madang.citizens.voting.actions.polls.casting import cast_vote  # noqa: PLC0415
    from madang.citizens.voting.actions.polls.counting import count_poll  # noqa: PLC0415
    from madang.citizens.voting.actions.polls.making import open_poll  # noqa: PLC0415
    from madang.citizens.voting.queries.polls import get_outcome, get_poll  # noqa: PLC0415
    from madang.citizens.voting.records.polls import (  # noqa: PLC0415
        BallotKind,
        NewChoice,
        NewPoll,
        PollKind,
    )
    from madang.core.base.interface import Actor, Conflict  # noqa: PLC0415

    call_command("migrate", verbosity=0, interactive=False)
    now = datetime.now(UTC)
    plan = NewPoll(
        kind=PollKind.GROUP,
        question="?",
        ballot=BallotKind.SINGLE,
        choices=tuple(NewChoice(text=str(number)) for number in range(CHOICES)),
        opens_at=now,
        closes_at=now + timedelta(days=1),
        threshold=1,
    )
    poll = open_poll(actor=Actor("maker", ""), now=now, plan=plan)

    def cast(number: int) -> bool:
        try:
            marks = {number % CHOICES + 1: 1}
            cast_vote(actor=Actor(f"voter-{number % voters}", ""), now=now, poll_id=poll.id, marks=marks)
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(THREADS) as devices:
        begun, worked = time.perf_counter(), time.process_time()
        said = list(devices.map(cast, range(2 * voters)))
        seconds, work = time.perf_counter() - begun, time.process_time() - worked
        list(devices.map(lambda _: connections.close_all(), range(THREADS)))
    count_poll(now=now + timedelta(days=1), poll_id=poll.id)
    outcome = get_outcome(get_poll(poll.id, now=now))
    counted = sum(line.counts[0] for line in outcome.lines) if outcome else 0
    return len(said) / seconds, len(said) / work, sum(said), len(said) - sum(said), counted


def main() -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(prog="madang bench polls")
    parser.add_argument("--voters", type=int, default=4000)
    voters = parser.parse_args().voters
    with tempfile.TemporaryDirectory() as folder:
        print(f"floor: SQLite, one row a commit          {measure_floor(Path(folder), 500):7,.0f} commits/s")
        os.environ |= {"MADANG_DATA": folder, "DJANGO_SETTINGS_MODULE": "madang.project.settings"}
        import django  # noqa: PLC0415

        django.setup()
        speed, by_work, taken, refused, counted = measure_turnout(voters)
        print(
            f"{voters:,} voters, two tries each, {THREADS} at once  {speed:7,.0f} tries/s  {by_work:,.0f} tries/CPU-s"
        )
        print(f"taken {taken:,}, second tries refused {refused:,}, counted {counted:,}")
        print(f"lost {taken - counted}, double {max(0, taken - voters)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
