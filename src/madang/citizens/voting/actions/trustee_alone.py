"""A trustee of a rehearsal, alone in a process of its own: it answers questions, and its key never leaves it.

One line of JSON comes in, one goes out: [what, …] → text. `python -m` starts it.
"""

from __future__ import annotations

import base64
import sys
from collections.abc import Callable

import msgspec

from madang.citizens.voting.methods.messages import write
from madang.citizens.voting.methods.proofs import pick
from madang.citizens.voting.methods.trustees import make_public_key, make_seed
from madang.citizens.voting.records.elections import GROUPS

from .trustees import Trustee, decrypt


def serve(group: str) -> None:
    """Answer until nothing more comes."""
    trustee, single, share = Trustee(group, make_seed()), pick(GROUPS[group]), [0]

    def check(certificates: list[str], threshold: int, dealt: str) -> str:
        output = trustee.check(certificates, threshold, dealt)
        share[0] = trustee.open_share(msgspec.json.decode(output)["private_key"])
        return output

    def open_tally(archive: str) -> str:
        return decrypt(base64.b64decode(archive), share[0] or single).decryption

    known: dict[str, Callable[..., str]] = {
        "certify": trustee.certify,
        "deal": trustee.deal,
        "check": check,
        "single": lambda: write(make_public_key(GROUPS[group], single)),
        "decrypt": open_tally,
    }
    for line in sys.stdin:
        what, *more = msgspec.json.decode(line)
        sys.stdout.write(msgspec.json.encode(known[what](*more)).decode() + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    serve(sys.argv[1])
