"""Whatever a dishonest server, voter or trustee changes, the check names it; an honest archive passes."""

from __future__ import annotations

import ast
import tarfile
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from madang.citizens.voting import detectors
from madang.citizens.voting.cli.checking import run_demo
from madang.citizens.voting.detectors.verifying import verify, verify_continues
from madang.citizens.voting.methods.archives import write_archive
from madang.citizens.voting.methods.ballots import make_ballot
from madang.citizens.voting.methods.credentials import ALPHABET, is_credential, make_credential
from madang.citizens.voting.methods.messages import fingerprint, write
from madang.citizens.voting.methods.trustees import decrypt_partially, make_public_key
from madang.citizens.voting.records.elections import Question
from madang.core.base.interface import BadInput

from .boards import GROUP, NOW, QUESTIONS, UUID, VOTES, Board, hold

BEGUN = str(int(NOW.timestamp()))


def test_an_honest_archive_passes_and_the_last_ballot_of_a_voter_counts():
    verdict = verify(hold().write(), processes=1)
    assert verdict.fault is None
    assert (verdict.ballots, verdict.counted, verdict.voters) == (4, 3, 3)
    assert verdict.result == [[1, 0, 2], [0, 2, 0]]


def test_the_check_shares_nothing_with_the_tally_but_the_constants_of_the_groups():
    used = set()
    for path in Path(detectors.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.level == 0 and node.module.startswith("madang"):
                used.add(node.module)
            assert not (isinstance(node, ast.ImportFrom) and node.level > 1), path
            assert not (isinstance(node, ast.Import) and any("madang" in one.name for one in node.names)), (
                path
            )
    assert used == {"madang.citizens.voting.records.elections"}


def bump(number: str, by: int = 1) -> str:
    return str(int(number) + by)


def change_answer(board: Board, *path: object) -> None:
    """Change one number of the first ballot's answers, and sign the ballot anew as its voter would."""
    place = board.ballots[1]["answers"]
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = bump(place[path[-1]])
    sign_again(board, 1)


def sign_again(board: Board, number: int) -> None:
    from madang.citizens.voting.methods.ballots import _sign  # noqa: PLC0415 - the voter's own signature
    from madang.citizens.voting.methods.credentials import derive_secret  # noqa: PLC0415

    ballot = board.ballots[number]
    ballot.pop("signature")
    secret = derive_secret(GROUP, UUID, board.codes[number])
    ballot["signature"] = _sign(GROUP, secret, fingerprint(write(ballot)))


def swap_choices(board: Board) -> None:
    choices = board.ballots[1]["answers"][1]["choices"]
    choices[0], choices[1] = choices[1], choices[0]
    sign_again(board, 1)


def vote_for_another_election(board: Board) -> None:
    other = {**board.election, "name": "다른 투표"}
    text = make_ballot(
        GROUP, election=write(other), uuid=UUID, key=board.key, questions=QUESTIONS, code=board.codes[1],
        choices=VOTES[1],
    )  # fmt: skip
    board.ballots[1] = msgspec.json.decode(text)


def stuff(board: Board) -> None:
    """Cast as somebody who is not in the list."""
    board.ballots.append(msgspec.json.decode(board.cast(make_credential(), VOTES[0])))


def choose_too_many(board: Board) -> None:
    loose = (QUESTIONS[0], Question(question="둘", answers=("다", "라", "마"), min=0, max=3))
    ballot = msgspec.json.decode(board.cast(board.codes[1], ((1, 0, 0), (1, 1, 1)), loose))
    ballot["answers"][1]["overall_proof"].pop()
    board.ballots[1] = ballot
    sign_again(board, 1)


def take_anothers_signature(board: Board) -> None:
    board.ballots[1]["signature"] = board.ballots[2]["signature"]


def claim_anothers_credential(board: Board) -> None:
    board.ballots[1]["credential"] = board.ballots[2]["credential"]


def leave_the_group(board: Board) -> None:
    choice = board.ballots[1]["answers"][0]["choices"][0]
    choice["alpha"] = str(GROUP.p - int(choice["alpha"]))
    sign_again(board, 1)


def drop_from_the_tally(board: Board) -> None:
    board.ballots.pop(1)


def add_name(board: Board) -> None:
    board.ballots[1]["extra"] = "1"


def write_with_a_zero(board: Board) -> None:
    board.ballots[1]["credential"] = "0" + board.ballots[1]["credential"]


def forge_share(board: Board) -> None:
    board.decryptions[0][1]["decryption_factors"][0][0] = str(GROUP.g)


def share_of_another_key(board: Board) -> None:
    said = fingerprint(write(board.election))
    board.decryptions[1][1] = msgspec.json.decode(decrypt_partially(GROUP, 12345, board.tally, said))


def replace_trustee(board: Board) -> None:
    board.trustees[0][1] = make_public_key(GROUP, 4711)


def name_a_weak_group(board: Board) -> None:
    board.election["group"] = "TOY-16"


def _set(path: list, value: object) -> Callable[[Board], None]:
    def change(board: Board) -> None:
        place = board
        for step in path[:-1]:
            place = getattr(place, step) if isinstance(place, Board) else place[step]
        if isinstance(place, Board):
            setattr(place, path[-1], value)
        else:
            last = place[path[-1]]
            place[path[-1]] = value(last) if callable(value) else value

    return change


SHARED = ["trustees", 1, 1]
MUTATIONS: dict[str, tuple[Callable[[Board], object], str]] = {
    "choice alpha": (lambda b: change_answer(b, 1, "choices", 0, "alpha"), "ballot"),
    "choice beta": (lambda b: change_answer(b, 1, "choices", 0, "beta"), "ballot"),
    "individual challenge": (
        lambda b: change_answer(b, 0, "individual_proofs", 0, 0, "challenge"),
        "individual proof",
    ),
    "individual response": (
        lambda b: change_answer(b, 0, "individual_proofs", 1, 1, "response"),
        "individual proof",
    ),
    "overall proof": (lambda b: change_answer(b, 1, "overall_proof", 0, "response"), "overall proof"),
    "overall proof with blank": (
        lambda b: change_answer(b, 0, "overall_proof", 0, "response"),
        "overall proof",
    ),
    "blank proof": (lambda b: change_answer(b, 0, "blank_proof", 0, "challenge"), "blank proof"),
    "swapped choices": (swap_choices, "individual proof"),
    "another election": (vote_for_another_election, "ballot"),
    "another uuid": (_set(["ballots", 1, "election_uuid"], "zzzzzzzzzzzzzz"), "ballot"),
    "stuffed ballot": (stuff, "credential"),
    "too many answers": (choose_too_many, "overall proof"),
    "another's signature": (take_anothers_signature, "signature"),
    "another's credential": (claim_anothers_credential, "individual proof"),
    "signature": (_set(["ballots", 1, "signature", "proof", "response"], bump), "signature"),
    "outside the group": (leave_the_group, "ballot"),
    "extra name": (add_name, "ballot"),
    "leading zero": (write_with_a_zero, "credential"),
    "ballot twice": (lambda b: b.ballots.append(b.ballots[1]), "ballot"),
    "ballot dropped": (drop_from_the_tally, "tally"),
    "proof missing": (lambda b: b.ballots[1]["answers"][0].pop("blank_proof"), "ballot"),
    "answer missing": (lambda b: b.ballots[1]["answers"].pop(), "ballot"),
    "tally": (_set(["tally", 0, 0, "alpha"], lambda text: str(int(text) * GROUP.g % GROUP.p)), "tally"),
    "number tallied": (_set(["sized", "num_tallied"], 4), "tally"),
    "weight tallied": (_set(["sized", "total_weight"], 9), "tally"),
    "forged share": (forge_share, "decryption"),
    "share of another key": (share_of_another_key, "decryption"),
    "share of nobody": (_set(["decryptions", 1, 0], 9), "decryption"),
    "share given twice": (lambda b: b.decryptions.append(b.decryptions[0]), "decryption"),
    "too few shares": (lambda b: b.decryptions.pop(), "decryption"),
    "share by another owner": (_set(["decryptions", 1, 0], 2), "decryption"),
    "result": (_set(["result"], [[0, 1, 2], [0, 2, 0]]), "result"),
    "count raised by the order": (_set(["result", 0, 2], lambda count: count + GROUP.q), "result"),
    "count raised as text": (_set(["result", 0, 2], lambda count: str(count + GROUP.q)), "result"),
    "count above the ballots": (_set(["result", 0, 2], 4), "result"),
    "negative count": (_set(["result", 0, 2], lambda count: count - GROUP.q), "result"),
    "count that is no whole number": (_set(["result", 0, 2], 2.0), "result"),
    "count as text": (_set(["result", 0, 0], "1"), "result"),
    "weight tallied as text": (_set(["sized", "total_weight"], "3"), "tally"),
    "count that is true": (_set(["result", 0, 0], True), "result"),
    "number tallied as a fraction": (_set(["sized", "num_tallied"], 3.0), "tally"),
    "number tallied as text": (_set(["sized", "num_tallied"], "3"), "tally"),
    "weight tallied as a fraction": (_set(["sized", "total_weight"], 3.0), "tally"),
    "setup names that are lists": (lambda b: b.named.update(trustees=["a"]), "setup"),
    "trustee without a key": (_set(["trustees", 0, 1], {}), "trustees"),
    "trustee with a key only": (_set(["trustees", 0, 1], {"public_key": "4"}), "trustees"),
    "trustee of no kind": (_set(["trustees", 0, 0], ["Single"]), "trustees"),
    "result cut": (_set(["result"], [[1, 0, 2]]), "result"),
    "result of words": (_set(["result"], [["a", 0, 2], [0, 2, 0]]), "result"),
    "election key": (_set(["election", "public_key"], str(GROUP.g)), "trustees"),
    "weak group": (name_a_weak_group, "setup"),
    "protocol version": (_set(["election", "version"], 0), "setup"),
    "trustee's key": (replace_trustee, "trustees"),
    "trustee's proof": (_set(["trustees", 0, 1, "pok", "response"], bump), "trustees"),
    "threshold": (_set([*SHARED, "threshold"], 1), "trustees"),
    "dealt commitments": (lambda b: b.trustees[1][1]["coefexps"].reverse(), "trustees"),
    "certificate": (_set([*SHARED, "certs", 0, "signature", "challenge"], bump), "trustees"),
    "dealt key": (
        lambda b: b.trustees[1][1]["verification_keys"].__setitem__(0, make_public_key(GROUP, 99)),
        "trustees",
    ),
    "credential twice": (lambda b: b.credentials.append(b.credentials[0]), "credentials"),
    "credential outside the group": (_set(["credentials", 0], str(GROUP.p - 1)), "credentials"),
    "credential of which the secret is known to all": (lambda b: b.credentials.append("1"), "credentials"),
    "election key that hides nothing": (_set(["election", "public_key"], "1"), "setup"),
    "weight of 5,000 digits": (_set(["credentials", 0], lambda text: f"{text},{'9' * 5000}"), "credentials"),
    "weight of nothing": (_set(["credentials", 0], lambda text: f"{text},0"), "credentials"),
    "weights beyond the order": (
        _set(["credentials", 0], lambda text: f"{text},{GROUP.q - 1}"),
        "credentials",
    ),
    "no credentials": (_set(["credentials"], []), "credentials"),
}


@pytest.mark.parametrize("name", MUTATIONS)
def test_every_change_is_refused_with_its_reason(name):
    change, check = MUTATIONS[name]
    board = hold()
    change(board)
    fault = verify(board.write(), processes=1).fault
    assert fault is not None, name
    assert fault.check == check, fault


CHAIN = {
    "event dropped": lambda entries: entries.pop(6),
    "events swapped": lambda entries: entries.__setitem__(slice(5, 9), entries[7:9] + entries[5:7]),
    "nothing at all": lambda entries: entries.clear(),
    "setup twice": lambda entries: entries.insert(5, entries[4]),
    "payload dropped": lambda entries: entries.pop(5),
    "begins late": lambda entries: entries.__delitem__(slice(4, 5)),
}


@pytest.mark.parametrize(
    ("name", "value"),
    [("type", ["Ballot"]), ("type", {}), ("type", None), ("payload", ["a"]), ("payload", {"a": 1}), ("height", 1.0),
     ("height", True), ("parent", ["a"]), ("extra", 1), ("signature", "x")],
)  # fmt: skip
def test_an_event_of_other_types_is_refused(name, value):
    entries = hold().list_entries()
    place = next(at for at, (_, content) in enumerate(entries) if b'"type":"Ballot"' in content)
    entries[place] = ("event", write({**msgspec.json.decode(entries[place][1]), name: value}).encode())
    assert verify(write_archive(entries, NOW), processes=1).fault.check == "chain"


def test_text_that_is_no_text_and_files_that_are_no_plain_files_are_refused():
    board = hold()
    message = write(board.trustees[1][1]["certs"][0]).replace('"message":"', '"message":"\\ud800')
    board.trustees[1][1]["certs"][0] = msgspec.Raw(message.encode())
    fault = verify(board.write(), processes=1).fault
    assert (fault.check, "surrogates" in fault.reason) == ("trustees", True)
    sparse = tarfile.TarInfo("BELENIOS")
    sparse.pax_headers = {"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.realsize": "9" * 12}
    fault = verify(sparse.tobuf(tarfile.PAX_FORMAT) + bytes(1024), processes=1).fault
    assert fault.check == "archive"


@pytest.mark.parametrize(
    "header",
    [{"version": True, "timestamp": BEGUN}, {"version": 1.0, "timestamp": BEGUN}, {"version": 2, "timestamp": BEGUN},
     {"version": 1}, {"version": 1, "timestamp": BEGUN, "extra": 1}, {"version": 1, "timestamp": True},
     {"version": 1, "timestamp": "now"}, {"version": 1, "timestamp": -1}, {"version": 1, "timestamp": None}, [1],
     {"timestamp": BEGUN, "version": 1}],
)  # fmt: skip
def test_a_header_that_is_not_of_the_specification_is_refused(header):
    content = hold().write()
    assert (
        verify(with_header(content, {"version": 1, "timestamp": int(NOW.timestamp())}), processes=1).fault
        is None
    )
    assert verify(with_header(content, header), processes=1).fault.check == "archive"


def with_header(content: bytes, header: object) -> bytes:
    """Return an archive with another header."""
    raw = write(header).encode()
    first = bytearray(content[:512])
    first[124:136] = b"%011o\0" % len(raw)
    first[148:156] = b" " * 8
    first[148:156] = b"%06o\0 " % sum(first)
    return bytes(first) + raw + bytes(-len(raw) % 512) + content[1024:]


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (100, b"0000755"),
        (108, b"0000001"),
        (136, b"00000000001"),
        (156, b"\0"),
        (257, b"ustar\x0000"),
        (265, b"x"),
    ],
)
def test_what_the_files_of_an_archive_do_not_hold_is_not_hidden_between_them(place, value):
    content = bytearray(hold().write())
    second = slice(1024, 1536)
    content[1024 + place : 1024 + place + len(value)] = value
    content[1024 + 148 : 1024 + 156] = b" " * 8
    content[1024 + 148 : 1024 + 156] = b"%06o\0 " % sum(content[second])
    assert verify(bytes(content), processes=1).fault.check == "archive"


def test_data_stand_right_before_the_event_that_they_belong_to():
    second = [at for at, (_, one) in enumerate(hold().list_entries()) if b'"type":"Ballot"' in one][1] - 1
    for place, to in ((0, 1), (1, 2), (second, second - 1), (second, 0)):
        entries = hold().list_entries()
        entries.insert(to, entries.pop(place))
        fault = verify(write_archive(entries, NOW), processes=1).fault
        assert (fault.check, "right before" in fault.reason) == ("archive", True), (place, to)


@pytest.mark.parametrize(
    ("before", "after"), [(b":", b": "), (b"t", b"\\u0074"), (b"}", b"}\n"), (b'"type":"Result",', b"")]
)
def test_an_event_is_written_in_one_way(before, after):
    entries = hold().list_entries()
    changed = entries[-1][1].replace(before, after, 1)
    if not after:  # the same names in another order
        changed = changed.replace(b"}", b',"type":"Result"}')
    entries[-1] = ("event", changed)
    fault = verify(write_archive(entries, NOW), processes=1).fault
    assert (fault.check, "not written" in fault.reason) == ("chain", True)


def test_nothing_follows_the_last_file_and_files_are_filled_up_with_zeros():
    content = hold().write()
    for more in (bytes(512), bytes(1024), b"x", bytes(511)):
        assert verify(content + more, processes=1).fault.check == "archive"
    padded = content[:1023] + b"x" + content[1024:]
    assert verify(padded, processes=1).fault.check == "archive"


@pytest.mark.parametrize("place", [0, 4, 7, None])
def test_data_that_nothing_refers_to_or_that_stands_twice_is_refused(place):
    for more in (b'"more"', hold().list_entries()[0][1]):
        entries = hold().list_entries()
        entries.insert(len(entries) if place is None else place, ("data", more))
        assert verify(write_archive(entries, NOW), processes=1).fault.check == "archive"


@pytest.mark.parametrize("name", CHAIN)
def test_a_broken_chain_is_refused(name):
    entries = hold().list_entries()
    CHAIN[name](entries)
    fault = verify(write_archive(entries, NOW), processes=1).fault
    assert fault is not None
    assert fault.check == "chain", fault


def test_a_file_that_does_not_hold_what_its_name_says_is_refused():
    content = bytearray(hold().write())
    at = content.index(b'"num_tallied"')
    content[at + 15] ^= 1
    assert verify(bytes(content), processes=1).fault.check == "archive"


@given(st.integers(0, 10**9), st.integers(0, 255))
@settings(max_examples=25, deadline=None)
def test_one_changed_byte_never_crashes_and_never_changes_the_result(place, byte):
    content = bytearray(hold().write())
    content[place % len(content)] = byte
    verdict = verify(bytes(content), processes=1)
    assert verdict.fault or verdict.result == [[1, 0, 2], [0, 2, 0]]


@given(st.binary(max_size=2000))
@settings(max_examples=50)
def test_anything_else_is_no_archive(content):
    assert verify(content, processes=1).fault.check in {"archive", "chain"}


def test_a_cut_archive_never_shows_a_result():
    content = hold().write()
    for size in range(0, len(content), len(content) // 12):
        verdict = verify(content[:size], processes=1)
        assert verdict.fault or verdict.result is None


def test_a_later_archive_continues_an_earlier_one_and_a_rewritten_one_does_not():
    board = hold()
    whole = board.write()
    entries = board.list_entries()
    earlier = write_archive(entries[:9], NOW)
    assert whole.startswith(earlier)
    assert verify_continues(earlier, whole) is None
    assert verify_continues(whole, earlier).check == "chain"
    for suffix, content in entries[:9]:
        if suffix == "data":
            less = write_archive([one for one in entries if one[1] != content], NOW)
            assert verify_continues(earlier, less) is not None, content
    board.ballots[0], board.ballots[1] = board.ballots[1], board.ballots[0]
    assert verify_continues(earlier, board.write()).check == "chain"


def test_a_credential_tells_its_typing_errors():
    code = make_credential()
    assert is_credential(code)
    for place in (0, 5, 17):
        following = ALPHABET[(ALPHABET.index(code[place]) + 1) % len(ALPHABET)]
        assert not is_credential(code[:place] + following + code[place + 1 :])


def test_the_demonstration_says_in_a_sentence_where_it_cannot_write(tmp_path):
    (tmp_path / "file").touch()
    for place in (tmp_path / "file", tmp_path / "file" / "inside"):
        asked = Namespace(voters=2, out=place, group=GROUP.name, trustees=3, threshold=2)
        with pytest.raises(BadInput, match="can't write"):
            run_demo(asked)
