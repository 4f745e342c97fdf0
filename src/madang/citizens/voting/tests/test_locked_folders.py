"""A trustee's key under a passphrase: never written open, of no use without it, and open again for other programs."""

from __future__ import annotations

import json
from argparse import ArgumentParser

import pytest

from madang.citizens.voting.cli import add_arguments, run
from madang.citizens.voting.cli import trustees as commands
from madang.citizens.voting.gateway.sealed_seeds import seal, unseal
from madang.citizens.voting.gateway.trustee_folders import TrusteeFolder
from madang.core.base.interface import BadInput, Conflict

PASSPHRASE = "한강 다리 아래 물결마당"
SEED = "11BJYKXxEFhZ4bNSXbSzKk"


@pytest.fixture
def call(monkeypatch):
    """How a trustee's command runs, with what is typed when it asks."""
    parser = ArgumentParser()
    add_arguments(parser)

    def act(*words, typed):
        typed = iter(typed)
        monkeypatch.setattr(commands, "getpass", lambda _prompt: next(typed))
        assert run(parser.parse_args(["trustee", *map(str, words)])) == 0
        assert next(typed, None) is None, "everything that was typed was asked for"

    return act


def test_a_key_made_locked_never_lies_open_and_deals_for_its_passphrase(tmp_path, call):
    call("certify", "--keys", tmp_path / "a", "--lock", typed=[PASSPHRASE, PASSPHRASE])
    assert not (tmp_path / "a" / "trustee.key").exists()
    call("certify", "--keys", tmp_path / "b", typed=[])
    seed = TrusteeFolder(tmp_path / "a", lambda: PASSPHRASE).read_seed()[1]
    assert all(seed not in path.read_text() for path in (tmp_path / "a").iterdir())
    certificates = tmp_path / "certs.jsons"
    certificates.write_text("".join((tmp_path / one / "trustee.cert").read_text() for one in "ab"))
    deal = ("deal", "--keys", tmp_path / "a", "--certs", certificates, "--threshold", 1)
    with pytest.raises(BadInput, match="another passphrase"):
        TrusteeFolder(tmp_path / "a", lambda: PASSPHRASE + "!").read_seed()
    call(*deal, typed=[PASSPHRASE])
    assert (tmp_path / "a" / "trustee.polynomial").exists()
    with pytest.raises(Conflict, match="already"):
        TrusteeFolder(tmp_path / "a").begin("BELENIOS-2048", SEED)


def test_an_open_key_is_locked_and_opened_again(tmp_path, call):
    folder = TrusteeFolder(tmp_path)
    folder.begin("BELENIOS-2048", SEED)
    with pytest.raises(BadInput, match="12 characters"):
        folder.lock("short")
    assert folder.read_seed()[1] == SEED
    call("lock", "--keys", tmp_path, typed=[PASSPHRASE, PASSPHRASE])
    assert SEED not in "".join(path.read_text() for path in tmp_path.iterdir())
    with pytest.raises(Conflict):
        folder.lock(PASSPHRASE)
    call("unlock", "--keys", tmp_path, typed=[PASSPHRASE])
    assert (tmp_path / "trustee.key").read_text().strip() == SEED
    assert folder.read_seed()[1] == SEED


@pytest.mark.parametrize("name", ["salt", "nonce", "sealed", "n"])
def test_a_damaged_file_is_told_from_a_good_one(name):
    sealed = json.loads(seal(SEED, PASSPHRASE))
    assert unseal(json.dumps(sealed), PASSPHRASE) == SEED
    sealed[name] = (
        sealed[name] * 2 if name == "n" else ("B" if sealed[name][0] == "A" else "A") + sealed[name][1:]
    )
    with pytest.raises(BadInput, match="damaged"):
        unseal(json.dumps(sealed), PASSPHRASE)
    with pytest.raises(BadInput, match="damaged"):
        unseal("{}", PASSPHRASE)
