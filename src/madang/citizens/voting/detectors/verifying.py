"""Every check of an archive, from the archive alone; and that one archive continues another."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context

import msgspec

from madang.citizens.voting.records.elections import Fault

from .arithmetic import get_numbers
from .ballots import Cast, check_ballot
from .reading import Archive, Broken, read_archive, refuse_disorder
from .setups import Setup, read_setup
from .tallies import add_weights, check_result, check_tally

FEW = 16
_setup: list[Setup] = []


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What the checks found: `fault` is None where all passed. `result` is there once it is published."""

    fault: Fault | None
    ballots: int = 0
    counted: int = 0
    voters: int = 0
    result: list[list[int]] | None = None


def verify(content: bytes, processes: int | None = None) -> Verdict:
    """Check an archive whole; with `processes` ballots are checked side by side (default: every core)."""
    try:
        archive = read_archive(content)
        setup = read_setup(archive)
        ballots = _check_ballots(archive, setup, processes or os.cpu_count() or 1)
        result = None
        if archive.list_payloads("EncryptedTally"):
            _refuse_shuffles(archive)
            tally = check_tally(archive, setup, ballots)
            result = check_result(archive, setup, tally, add_weights(setup, ballots))
        refuse_disorder(archive)
    except Broken as broken:
        return Verdict(fault=Fault(check=broken.check, reason=broken.reason))
    return Verdict(
        fault=None,
        ballots=len(ballots),
        counted=len({one.credential for one in ballots}),
        voters=len(setup.weights),
        result=result,
    )


def verify_continues(before: bytes, after: bytes) -> Fault | None:
    """Return what is wrong with taking `after` for a continuation of `before`, or None."""
    try:
        old, new = read_archive(before), read_archive(after)
    except Broken as broken:
        return Fault(check=broken.check, reason=broken.reason)
    if new.events[: len(old.events)] != old.events:
        return Fault(check="chain", reason="an event of the earlier archive is gone or changed")
    if not old.data.keys() <= new.data.keys():
        return Fault(check="archive", reason="data of the earlier archive are gone")
    return None


def _check_ballots(archive: Archive, setup: Setup, processes: int) -> list[Cast]:
    payloads = archive.list_payloads("Ballot")
    if len(set(payloads)) < len(payloads):
        raise Broken("ballot", "the same ballot stands twice on the board")
    texts = [archive.data[name] for name in payloads]
    with _spread(setup, processes if len(texts) > FEW else 1) as run:
        return list(run(texts))


@contextmanager
def _spread(setup: Setup, processes: int) -> Iterator:
    if processes == 1:
        yield lambda texts: (check_ballot(setup, text) for text in texts)
        return
    get_numbers(setup.group).prepare(setup.key)
    # A process with threads must not be forked; one without starts its helpers with what it knows.
    context = get_context("fork" if threading.active_count() == 1 else "spawn")
    with ProcessPoolExecutor(processes, context, initializer=_begin, initargs=(setup,)) as pool:
        yield lambda texts: _collect(pool.map(_check, texts, chunksize=8))


def _begin(setup: Setup) -> None:
    _setup.append(setup)


def _check(text: str) -> Cast | Fault:
    try:
        return check_ballot(_setup[0], text)
    except Broken as broken:
        return Fault(check=broken.check, reason=broken.reason)


def _collect(found: Iterable[Cast | Fault]) -> Iterator[Cast]:
    for number, one in enumerate(found, start=1):
        if isinstance(one, Fault):
            raise Broken(one.check, f"ballot {number}: {one.reason}")
        yield one


def _refuse_shuffles(archive: Archive) -> None:
    if archive.list_payloads("Shuffle"):
        raise Broken("setup", "shuffled questions can't be checked here")
