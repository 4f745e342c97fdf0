"""Trustees make a key that never meets: with the reference program among them, one absent, one that lies."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import msgspec
import pytest
from django.test import Client

from madang.citizens.voting.actions.ceremonies import accuse, begin_ceremony, take_message
from madang.citizens.voting.actions.elections import (
    cast_ballot,
    close_election,
    open_election,
    publish_result,
)
from madang.citizens.voting.actions.trustees import Trustee, decrypt
from madang.citizens.voting.detectors.ceremonies import FalseShare
from madang.citizens.voting.detectors.reading import Broken
from madang.citizens.voting.detectors.verifying import verify
from madang.citizens.voting.gateway.election_servers import ElectionServer
from madang.citizens.voting.gateway.trustee_folders import TrusteeFolder
from madang.citizens.voting.gateway.trustee_processes import start_trustees
from madang.citizens.voting.methods.ballots import make_ballot
from madang.citizens.voting.methods.credentials import derive_public, make_credential
from madang.citizens.voting.methods.messages import write
from madang.citizens.voting.methods.trustees import derive_keys, make_polynomial, make_seed, route, seal
from madang.citizens.voting.models import TrusteeRow
from madang.citizens.voting.queries.ceremonies import combine_shared_key, get_ceremony, get_task
from madang.citizens.voting.queries.elections import get_archive, get_text
from madang.citizens.voting.records.ceremonies import Step
from madang.citizens.voting.records.elections import GROUPS, ElectionState, Plan
from madang.core.base.interface import ANONYMOUS, HOUSE, BadInput, Conflict, NotAllowed

from .boards import GROUP, NOW, QUESTIONS, hold
from .reference import ReferenceTrustee

UUID = "zzzzzzzzzzzzz2"
PLAN = Plan(name="함께 여는 투표", description="시험", questions=QUESTIONS)
NAMES = ("가", "나", "다")


@pytest.fixture(scope="module")
def three():
    """Three trustees with their certificates and what they dealt; two open."""
    trustees = [Trustee(GROUP.name, make_seed()) for _ in range(3)]
    certificates = [one.certify() for one in trustees]
    polynomials = [one.deal(certificates, 2) for one in trustees]
    return SimpleNamespace(trustees=trustees, certificates=certificates, polynomials=polynomials)


def check_changed(three, change):
    """Return what the second trustee says to changed dealings of the third."""
    dealt = [json.loads(one) for one in three.polynomials]
    change(dealt)
    routed = route([write(one) for one in dealt], 2)
    return three.trustees[1].check(three.certificates, 2, routed)


def deal_falsely(three):
    """Return a secret that the third trustee seals and signs for the second, though it committed to another."""
    recipient = int(json.loads(json.loads(three.certificates[1])["message"])["encryption"])
    signing = derive_keys(three.trustees[2]._seed).signing
    return seal(GROUP, signing, recipient, write({"secret": "4711"}))


FALSE = {
    "a secret that wasn't committed to": lambda dealt, three: dealt[2]["secrets"].__setitem__(
        1, deal_falsely(three)
    ),
    "another's secret": lambda dealt, _: dealt[2]["secrets"].__setitem__(1, dealt[2]["secrets"][0]),
    "a secret of another dealer": lambda dealt, _: dealt[2]["secrets"].__setitem__(1, dealt[0]["secrets"][1]),
}


@pytest.mark.parametrize("name", FALSE)
def test_a_false_share_is_refused_and_its_dealer_named(three, name):
    with pytest.raises(FalseShare, match="trustee 3") as refusal:
        check_changed(three, lambda dealt: FALSE[name](dealt, three))
    assert refusal.value.dealer == 3


def replace_own(dealt, three):
    known = [int(json.loads(json.loads(one)["message"])["encryption"]) for one in three.certificates]
    other = make_polynomial(GROUP, three.trustees[1]._seed, known, 2, 2)
    dealt[1]["polynomial"] = json.loads(other)["polynomial"]


LIES = {
    "commitments of another dealer": lambda dealt, _: dealt[2].update(coefexps=dealt[0]["coefexps"]),
    "own commitments exchanged": replace_own,
    "a secret too few": lambda dealt, _: dealt.pop(),
    "no polynomial": lambda dealt, _: dealt[1].update(polynomial="{}"),
}


@pytest.mark.parametrize("name", LIES)
def test_a_server_that_changes_what_was_dealt_is_found(three, name):
    with pytest.raises(Broken):
        check_changed(three, lambda dealt: LIES[name](dealt, three))


def test_what_a_trustee_was_shown_first_binds_the_server(three, tmp_path):
    folder = TrusteeFolder(tmp_path / "keys")
    folder.begin(GROUP.name, make_seed())
    folder.keep_certificates(three.certificates, 2)
    folder.keep_certificates(three.certificates, 2)
    for shown, threshold in ((three.certificates[::-1], 2), (three.certificates, 1)):
        with pytest.raises(BadInput, match="shown before"):
            folder.keep_certificates(shown, threshold)
    with pytest.raises(Conflict):
        folder.begin(GROUP.name, make_seed())
    stranger = Trustee(GROUP.name, make_seed())
    with pytest.raises(Broken, match="not among"):
        stranger.deal(three.certificates, 2)
    with pytest.raises(Broken, match="in common"):
        three.trustees[0].deal([three.certificates[0]] * 2, 2)


def test_a_trustee_opens_a_checked_tally_and_no_second_one(tmp_path):
    board = hold()
    share = decrypt(board.write(), board.secrets[3])
    assert share.owner == 3
    folder = TrusteeFolder(tmp_path)
    folder.note_opening(share.tally)
    folder.note_opening(share.tally)
    with pytest.raises(BadInput, match="another tally"):
        folder.note_opening(share.tally + " ")
    with pytest.raises(Broken, match="no trustee"):
        decrypt(board.write(), 4711)
    board.ballots.pop(1)
    with pytest.raises(Broken, match="tallied"):
        decrypt(board.write(), board.secrets[3])


@pytest.mark.django_db
def test_the_server_carries_messages_in_their_order_and_names_who_lies(three):
    for actor, changes, error in (
        (ANONYMOUS, {}, NotAllowed), (HOUSE, {"threshold": 4}, BadInput), (HOUSE, {"names": ["가", " "]}, BadInput),
    ):  # fmt: skip
        with pytest.raises(error):
            begin_ceremony(
                **{"actor": actor, "now": NOW, "uuid": UUID, "plan": PLAN, "names": NAMES, "threshold": 2}
                | changes
            )
    codes = begin_ceremony(actor=HOUSE, now=NOW, uuid=UUID, plan=PLAN, names=NAMES, threshold=2)
    with pytest.raises(Conflict):
        begin_ceremony(actor=HOUSE, now=NOW, uuid=UUID, plan=PLAN, names=NAMES, threshold=2)
    assert codes[0] not in str(TrusteeRow.objects.values())

    def send(number, step, message):
        take_message(now=NOW, uuid=UUID, code=codes[number - 1], step=step, message=message)

    with pytest.raises(BadInput, match="code"):
        take_message(now=NOW, uuid=UUID, code="", step=Step.CERTIFICATE, message="")
    with pytest.raises(Conflict):
        send(1, Step.POLYNOMIAL, three.polynomials[0])
    send(1, Step.CERTIFICATE, three.certificates[0])
    send(1, Step.CERTIFICATE, three.certificates[0])
    for message in (three.certificates[0], "{}", three.certificates[1].replace("1", "2", 1)):
        with pytest.raises(BadInput, match="나"):
            send(2, Step.CERTIFICATE, message)
    assert get_task(UUID, codes[0]).waiting_for == ("나", "다")
    for number in (2, 3):
        send(number, Step.CERTIFICATE, three.certificates[number - 1])
    with pytest.raises(BadInput, match="다"):
        send(3, Step.POLYNOMIAL, three.polynomials[1])
    for number in (1, 2, 3):
        send(number, Step.POLYNOMIAL, three.polynomials[number - 1])
    accuse(now=NOW, uuid=UUID, code=codes[1], dealer=3)
    assert [one.accused for one in get_ceremony(UUID).trustees] == [0, 3, 0]
    page = Client().get(f"/voting/{UUID}/").content.decode()
    assert "거짓 조각" in page
    outputs = [
        one.check(three.certificates, 2, get_task(UUID, code).dealt)
        for one, code in zip(three.trustees, codes, strict=True)
    ]
    with pytest.raises(BadInput, match="not the one that was dealt"):
        send(1, Step.OUTPUT, outputs[1])
    for number in (1, 2, 3):
        send(number, Step.OUTPUT, outputs[number - 1])
    assert get_ceremony(UUID).step is Step.NOTHING


def make_key(codes, trustees) -> None:
    """Let trustees do every step, as their own machines would."""
    for step in (Step.CERTIFICATE, Step.POLYNOMIAL, Step.OUTPUT):
        for code, one in zip(codes, trustees, strict=True):
            task = get_task(UUID, code)
            assert task.step is step
            given = [list(task.certificates), task.threshold]
            message = {
                Step.CERTIFICATE: lambda one=one: one.ask("certify"),
                Step.POLYNOMIAL: lambda one=one, given=given: one.ask("deal", *given),
                Step.OUTPUT: lambda one=one, given=given, task=task: one.ask("check", *given, task.dealt),
            }[step]()
            take_message(now=NOW, uuid=UUID, code=code, step=step, message=message)


@pytest.mark.django_db
@pytest.mark.parametrize("group", ["BELENIOS-2048", "RFC-3526-2048"])
def test_the_reference_program_takes_one_part_and_another_trustee_is_absent(tmp_path, group):
    plan = msgspec.structs.replace(PLAN, group=group)
    codes = begin_ceremony(actor=HOUSE, now=NOW, uuid=UUID, plan=plan, names=NAMES, threshold=2)
    with start_trustees(group, 2) as (first, second):
        theirs = ReferenceTrustee(tmp_path, group)
        make_key(codes, (first, theirs, second))
        voters = [make_credential() for _ in range(2 if group == GROUP.name else 1)]
        open_election(
            actor=HOUSE, now=NOW, uuid=UUID, plan=plan, trustees=[["Pedersen", combine_shared_key(UUID)]],
            credentials=[str(derive_public(GROUPS[group], UUID, code)) for code in voters],
        )  # fmt: skip
        election = get_text(UUID)
        for code in voters:
            ballot = make_ballot(
                GROUPS[group], election=election, uuid=UUID, key=int(json.loads(election)["public_key"]),
                questions=QUESTIONS, code=code, choices=((0, 1, 0), (1, 0, 1)),
            )  # fmt: skip
            cast_ballot(uuid=UUID, ballot=ballot)
        before = get_archive(UUID)
        close_election(actor=HOUSE, now=NOW, uuid=UUID)
        assert "나" in Client().get(f"/voting/{UUID}/").content.decode()
        archive = get_archive(UUID)
        take_message(
            now=NOW, uuid=UUID, code=codes[1], step=Step.DECRYPTION, message=theirs.decrypt(archive, UUID, 2)
        )
        with pytest.raises(Conflict, match="2 of 3"):
            publish_result(actor=HOUSE, now=NOW, uuid=UUID)
        with pytest.raises(Conflict):
            take_message(now=NOW, uuid=UUID, code=codes[1], step=Step.DECRYPTION, message="{}")
        share = second.ask("decrypt", theirs.encode(archive))
        with pytest.raises(BadInput, match="trustee 1"):
            take_message(now=NOW, uuid=UUID, code=codes[0], step=Step.DECRYPTION, message=share)
        take_message(now=NOW, uuid=UUID, code=codes[2], step=Step.DECRYPTION, message=share)
    published = publish_result(actor=HOUSE, now=NOW, uuid=UUID)
    assert (published.state, published.result) == (
        ElectionState.TALLIED,
        ((0, len(voters), 0), (len(voters), 0, len(voters))),
    )
    whole = get_archive(UUID)
    assert verify(whole, processes=1).fault is None
    theirs.check_whole(before, whole, UUID)


def attend(address: str, code: str, keys: Path) -> subprocess.Popen[str]:
    """Start one trustee on a machine of its own: it knows the house by its address alone."""
    command = [sys.executable, "-m", "madang.project.command_line", "vote", "trustee", "attend", address]
    more = ["--code", code, "--keys", str(keys), "--wait"]
    return subprocess.Popen([*command, *more], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def test_trustees_on_their_own_machines_make_a_key_through_a_running_house(house, tmp_path):
    from .test_elections import madang  # noqa: PLC0415 - the other roles' commands

    (tmp_path / "plan.json").write_bytes(msgspec.json.encode(PLAN))
    plan = ("--plan", tmp_path / "plan.json", "--threshold", 2, "--trustees", *NAMES)
    lines = madang(house, ("prepare", "--uuid", UUID, *plan))
    codes = [line.split("--code ")[1].split()[0] for line in lines]
    address = f"{house.url}/voting/{UUID}/"
    ours = [attend(address, code, tmp_path / str(number)) for number, code in enumerate(codes[:2], start=1)]
    try:
        theirs, server = ReferenceTrustee(tmp_path, GROUP.name), ElectionServer(address, codes[2])
        deadline = time.monotonic() + 600
        while time.monotonic() < deadline:
            task = server.get_task()
            if task.step is not Step.NOTHING:
                given = [list(task.certificates), task.threshold]
                made = {"certificate": "certify", "polynomial": "deal", "output": "check"}[task.step]
                arguments = {"certify": [], "deal": given, "check": [*given, task.dealt]}[made]
                server.send(task.step, theirs.ask(made, *arguments))
            elif not task.waiting_for:
                break
            time.sleep(0.3)
        said = [one.communicate(timeout=300)[0] for one in ours]
    finally:
        for one in ours:
            one.kill()
    assert [one.returncode for one in ours] == [0, 0], said
    fingerprints = {line.rpartition(": ")[2] for text in said for line in text.splitlines() if "same" in line}
    assert len(fingerprints) == 1
    assert all((tmp_path / name / "trustee.dkey").exists() for name in "12")
