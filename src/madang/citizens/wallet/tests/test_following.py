"""A witness that runs: an honest log is signed as it grows, a log that is really forked never is."""

from __future__ import annotations

import functools
import os
import subprocess
import sys
import threading
from argparse import ArgumentParser
from datetime import UTC, datetime
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from madang.citizens.wallet.actions.following import look_at
from madang.citizens.wallet.actions.witnesses import take_cosignatures, trust_witness
from madang.citizens.wallet.cli import add_log_arguments, add_wallet_arguments, add_witness_arguments
from madang.citizens.wallet.gateway import logs, witness_folders
from madang.citizens.wallet.methods.checkpoints import Checkpoint, write_checkpoint
from madang.citizens.wallet.methods.entry_bundles import write_bundle
from madang.citizens.wallet.methods.log_checks import check_log
from madang.citizens.wallet.methods.refusals import Refused
from madang.citizens.wallet.methods.signed_notes import (
    COSIGNATURE,
    PLAIN,
    cosign_note,
    make_verifier,
    read_note,
    sign_note,
    verify_note,
    write_note,
)
from madang.citizens.wallet.methods.tiles import WIDTH, Tile, list_tiles, make_tile, write_path
from madang.citizens.wallet.methods.transparency import Tree, compute_root, hash_entry
from madang.citizens.wallet.methods.verifier_keys import read_key, write_key
from madang.citizens.wallet.methods.witnessing import judge
from madang.citizens.wallet.queries.log import list_witnesses
from madang.core.base.interface import HOUSE, BadInput, Conflict, NotFound, Unavailable, now

from .houses import ISSUER, offer_to

NAME, ORIGIN = "mapo.example/witness", "seoul.example/log"
LOG_KEY = Ed25519PrivateKey.generate()


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_said):
        pass

    def do_POST(self):
        """Keep what a witness sends, as a file."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        with open(f"{self.directory}/cosigned", "wb") as file:
            file.write(body)
        self.send_response(204)
        self.end_headers()


class PublishedLog:
    """A log as files in the layout of C2SP tlog-tiles, behind a web server."""

    def __init__(self, folder):
        self.folder = folder
        handler = functools.partial(Quiet, directory=str(folder))
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.key = write_key(make_verifier(ORIGIN, PLAIN, LOG_KEY))

    def publish(self, size, *, changed=None, key=LOG_KEY):
        """Publish a log of this size; with `changed` the entry with that number is another one."""
        entries = [b"%d" % number if number != changed else b"forged" for number in range(size)]
        tree = Tree([hash_entry(one) for one in entries])
        bundles = [
            (Tile(None, at, min(WIDTH, size - at * WIDTH)), entries[at * WIDTH : (at + 1) * WIDTH])
            for at in range(-(-size // WIDTH))
        ]
        files = {write_path(tile): make_tile(tile, tree.read_node) for tile in list_tiles(0, size)}
        files |= {write_path(tile): write_bundle(held) for tile, held in bundles}
        text = write_checkpoint(Checkpoint(origin=ORIGIN, size=size, root=compute_root(size, tree.read_node)))
        files["checkpoint"] = write_note(text, [sign_note(text, ORIGIN, key)]).encode()
        for path, content in files.items():
            place = self.folder / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)


@pytest.fixture
def log(tmp_path):
    (tmp_path / "log").mkdir()
    log = PublishedLog(tmp_path / "log")
    yield log
    log.server.shutdown()


@pytest.fixture
def witness(tmp_path, log):
    folder = tmp_path / "witness"
    witness_folders.begin(folder, NAME)
    with (folder / "witness.toml").open("a") as file:
        file.write(f'[[log]]\nurl = "{log.url}"\nkey = "{log.key}"\n')
    return folder


def look(folder):
    said = witness_folders.read_configuration(folder)
    return look_at(folder, said, said.log[0], now())


def verifier_of(folder):
    return make_verifier(NAME, COSIGNATURE, witness_folders.read_key_of(folder))


def test_a_log_is_signed_as_it_grows(log, witness):
    for size in (1, 3, 300, 300, 70_000):
        log.publish(size)
        seen = look(witness)
        assert (seen.size, seen.refusal, seen.trouble) == (size, "", "")
        text, signed = verify_note((log.folder / "cosigned").read_text(), [verifier_of(witness)])
        assert (text.split("\n")[1], signed[0].verifier.name) == (str(size), NAME)
    assert {one.name.partition("-")[0] for one in witness.iterdir()} == {
        "last",
        "witness.toml",
        "witness.pem",
    }


@pytest.mark.parametrize(
    ("size", "changed", "code", "name"),
    [
        (300, 7, "log.forked", "fork"),
        (700, 7, "log.root", "unproven"),
        (299, None, "log.range", "shrunk"),
        (0, None, "log.range", "shrunk"),
    ],
)
def test_a_log_that_is_forked_or_rewritten_is_never_signed(
    log, witness, size, changed, code, name, monkeypatch
):
    log.publish(300)
    look(witness)
    signed = (log.folder / "cosigned").read_bytes()
    log.publish(size, changed=changed)
    judged = (log.folder / "checkpoint").read_text()

    def judge_and_go_on(*asked):
        """Judge while the log goes on and says something else."""
        log.publish(301)
        try:
            return judge(*asked)
        finally:
            log.publish(size, changed=changed)

    monkeypatch.setattr("madang.citizens.wallet.actions.following.judge", judge_and_go_on)
    for _ in range(2):
        seen = look(witness)
        assert seen.refusal == code
        assert (log.folder / "cosigned").read_bytes() == signed
    evidence = witness_folders.Path(seen.evidence).read_text()
    assert evidence.count(f"— {ORIGIN} ") == 2, "both signed checkpoints are kept"
    assert evidence.endswith(judged), "and it is the one that was judged"
    assert [one.name for one in witness.glob("*.txt")] == [witness_folders.Path(seen.evidence).name]
    assert seen.evidence.startswith(f"{witness}/{name}-")
    monkeypatch.undo()
    log.publish(700)
    assert look(witness).size == 700, "the true log is signed again"


def test_tiles_that_are_not_those_that_were_signed_prove_nothing(log, witness):
    log.publish(300)
    look(witness)
    log.publish(700, changed=650)
    text, (line,) = read_note((log.folder / "checkpoint").read_text())
    log.publish(700)
    (log.folder / "checkpoint").write_text(write_note(text, [line]))
    assert look(witness).refusal == "log.root"


def test_another_key_is_another_log_and_silence_is_no_fork(log, witness):
    log.publish(5, key=Ed25519PrivateKey.generate())
    assert look(witness).refusal == "note.unsigned"
    (log.folder / "checkpoint").unlink()
    seen = look(witness)
    assert seen.trouble
    assert not seen.evidence


def test_a_log_with_a_wrong_key_keeps_no_other_from_being_signed(log, witness, capsys):
    said = (witness / "witness.toml").read_text()
    wrong = f'[[log]]\nurl = "{log.url}/elsewhere"\nkey = "no key"\n'
    (witness / "witness.toml").write_text(
        said.replace('[[log]]\nurl = "http://', f'{wrong}[[log]]\nurl = "http://')
    )
    log.publish(3)
    assert run_cli(add_witness_arguments, "run", "--once", "--folder", witness) == 1
    told = capsys.readouterr().out
    assert f"TROUBLE {log.url}/elsewhere: note.malformed" in told
    assert f"{ORIGIN}: signed at 3 entries" in told


@pytest.mark.parametrize(("name", "most", "lasts_s"), [("more than", 10, 60), ("not done", 10_000, -1)])
def test_what_is_too_large_or_too_slow_is_left(log, monkeypatch, name, most, lasts_s):
    log.publish(3)
    monkeypatch.setattr(logs, "MOST_BYTES", most)
    monkeypatch.setattr(logs, "LASTS_S", lasts_s)
    with pytest.raises(Unavailable, match=name):
        logs.fetch_file(log.url, "checkpoint")


def test_a_fork_is_refused_by_a_process_of_its_own(log, witness):
    command = [sys.executable, "-m", "madang.project.command_line", "witness", "run", "--once"]
    environment = {**os.environ, "MADANG_DATA": str(witness / "none")}

    def run():
        done = subprocess.run(
            [*command, "--folder", witness], env=environment, capture_output=True, text=True, timeout=60
        )
        return done.returncode, done.stdout

    log.publish(300)
    assert run() == (0, f"{ORIGIN}: signed at 300 entries\n")
    log.publish(300, changed=0)
    code, said = run()
    assert code == 1
    assert said.startswith(f"REFUSED {ORIGIN}: log.forked")


def run_cli(add_arguments, *arguments):
    parser = ArgumentParser()
    add_arguments(parser)
    parsed = parser.parse_args([str(one) for one in arguments])
    return parsed.command(parsed)


def test_one_process_at_a_time_is_a_witness(log, witness, capsys):
    log.publish(3)
    with witness_folders.hold(witness):
        assert run_cli(add_witness_arguments, "run", "--once", "--folder", witness) == 1
    assert run_cli(add_witness_arguments, "run", "--once", "--folder", witness) == 0
    with pytest.raises(Conflict):
        witness_folders.begin(witness, NAME)
    capsys.readouterr()
    assert run_cli(add_witness_arguments, "key", "--folder", witness) == 0
    assert read_key(capsys.readouterr().out) == verifier_of(witness)


@pytest.fixture
def followed(holder, web, witness, monkeypatch):
    """Let the witness follow this house's log, over its own routes."""

    def ask(method, url, content):
        reply = web.request(method, url, content=content)
        if reply.is_error:
            kind = NotFound if reply.status_code == 404 else Unavailable
            raise kind("wallet.log", reply.text, reply.text)
        return reply.content

    monkeypatch.setattr(logs, "_ask", ask)
    key = web.get(f"{ISSUER}/log/key").text.strip()
    (witness / "witness.toml").write_text(f'name = "{NAME}"\n[[log]]\nurl = "{ISSUER}/log"\nkey = "{key}"\n')
    return holder


def test_the_houses_log_shows_and_serves_its_witnesses(followed, web, witness, capsys):
    def fetch(path):
        return logs.fetch_file(f"{ISSUER}/log", path)

    key, log_key = write_key(verifier_of(witness)), read_key(fetch("key").decode())
    followed.accept(*offer_to())
    assert look(witness).trouble, "a witness that nobody named isn't heard"
    with pytest.raises(NotFound):
        fetch(f"witnessed/{verifier_of(witness).key_id.hex()}")
    assert run_cli(add_wallet_arguments, "trust-witness", key) == 0
    assert look(witness).trouble == ""
    checked = check_log(fetch, log_key, witnesses=[verifier_of(witness)])
    assert checked.witnessed[0][:2] == (NAME, 1)
    followed.accept(*offer_to())
    checked = check_log(fetch, log_key, witnesses=[verifier_of(witness)])
    assert (checked.checkpoint.size, checked.witnessed[0][:2]) == (2, (NAME, 1))
    page = web.get("/wallet/log/witnesses/").text
    assert NAME in page
    assert key in page.replace("&#x2B;", "+").replace("&amp;", "&")
    capsys.readouterr()
    assert run_cli(add_log_arguments, "verify", f"{ISSUER}/log", "--witness", key) == 0
    assert f"{NAME} signed its first 1 entries" in capsys.readouterr().out
    other = write_key(make_verifier("other.example", COSIGNATURE, Ed25519PrivateKey.generate()))
    assert run_cli(add_log_arguments, "verify", f"{ISSUER}/log", "--witness", other) == 1
    with pytest.raises(Refused, match="unsigned"):
        check_log(fetch, log_key, witnesses=[verifier_of(witness), read_key(other)])


def test_each_witness_is_found_where_it_signed_last(followed, web, witness):
    """One that is slow isn't missing, and a log that grows while it is checked is no fork."""
    log_key, slow = read_key(web.get(f"{ISSUER}/log/key").text), Ed25519PrivateKey.generate()
    verifiers = [make_verifier("slow.example", COSIGNATURE, slow), verifier_of(witness)]
    for one in verifiers:
        trust_witness(actor=HOUSE, now=now(), key=write_key(one))
    followed.accept(*offer_to())
    text, (line,) = read_note(web.get(f"{ISSUER}/log/checkpoint").text)
    signed = [cosign_note(text, "slow.example", slow, 2_000_000_000)]
    take_cosignatures(note=write_note(text, [line, *signed]), address=ISSUER)

    def fetch(path):
        if path.startswith("tile/"):  # the log grows, and a witness signs it, while it is fetched
            followed.accept(*offer_to())
            assert look(witness).trouble == ""
        return logs.fetch_file(f"{ISSUER}/log", path)

    followed.accept(*offer_to())
    assert look(witness).size == 2
    checked = check_log(fetch, log_key, witnesses=verifiers)
    assert [one[:2] for one in checked.witnessed] == [("slow.example", 1), (NAME, 2)]
    take_cosignatures(
        note=write_note(
            text, [line, cosign_note(text, NAME, witness_folders.read_key_of(witness), 2_000_000_000)]
        ),
        address=ISSUER,
    )
    late = next(one for one in list_witnesses() if one.name == NAME)
    assert late.size == 3
    assert late.signed_at < datetime.fromtimestamp(2_000_000_000, UTC), "size and time are of one signature"


def test_only_what_the_log_signed_and_a_known_witness_too_is_kept(followed, web, witness):
    followed.accept(*offer_to())
    trust_witness(actor=HOUSE, now=now(), key=write_key(verifier_of(witness)))
    key = witness_folders.read_key_of(witness)
    note = web.get(f"{ISSUER}/log/checkpoint").text
    text, (line,) = read_note(note)
    forged = text.replace("\n1\n", "\n2\n")
    for wrong in (
        note,
        write_note(text, [line, cosign_note(text, NAME, Ed25519PrivateKey.generate(), 1)]),
        write_note(text, [cosign_note(text, NAME, key, 1)]),
        write_note(forged, [line, cosign_note(forged, NAME, key, 1)]),
        "hello",
    ):
        with pytest.raises(BadInput):
            take_cosignatures(note=wrong, address=ISSUER)
    mine = write_note(text, [line, cosign_note(text, NAME, key, 1)])
    assert [take_cosignatures(note=mine, address=ISSUER) for _ in range(2)] == [1, 0]
    with pytest.raises(BadInput):
        trust_witness(actor=HOUSE, now=now(), key=web.get(f"{ISSUER}/log/key").text)
