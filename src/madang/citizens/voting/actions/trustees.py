"""What one trustee does, alone on its own machine: nothing here needs the house, and no private key leaves it."""

from __future__ import annotations

import msgspec

from madang.citizens.voting.detectors.ceremonies import (
    FalseShare,
    fits,
    read_certificates,
    read_channel,
    read_dealt,
    read_secret,
)
from madang.citizens.voting.detectors.reading import (
    Broken,
    read_archive,
    read_fields,
    read_list,
    read_number,
)
from madang.citizens.voting.detectors.setups import Certificate, Setup, read_setup
from madang.citizens.voting.detectors.verifying import verify
from madang.citizens.voting.methods.messages import write
from madang.citizens.voting.methods.proofs import power
from madang.citizens.voting.methods.trustees import (
    decrypt_partially,
    derive_keys,
    make_certificate,
    make_output,
    make_polynomial,
    unseal,
)
from madang.citizens.voting.records.elections import GROUPS


class Share(msgspec.Struct, frozen=True):
    """A trustee's partial decryption: which trustee of the election it is, of what tally, and the message."""

    owner: int
    tally: str
    decryption: str


class Trustee:
    """One trustee of a shared key, known by its seed."""

    def __init__(self, group: str, seed: str) -> None:
        self.group, self._seed = group, seed
        self._keys = derive_keys(seed)

    def certify(self) -> str:
        """Return the certificate (step 1)."""
        return make_certificate(GROUPS[self.group], self._seed)

    def deal(self, certificates: list[str], threshold: int) -> str:
        """Return what this trustee deals (step 3); Broken where a certificate is false or its own is missing."""
        known = read_certificates(self.group, certificates)
        own = self._find_own(known)
        if not 1 <= threshold <= len(known):
            raise Broken("trustees", "the threshold doesn't fit the number of trustees")
        encryption_keys = [int(one.encryption) for one in known]
        return make_polynomial(GROUPS[self.group], self._seed, encryption_keys, own, threshold)

    def check(self, certificates: list[str], threshold: int, dealt: str) -> str:
        """Return the share that was dealt, sealed for this trustee itself, with its public key (step 5).

        Raises
        ------
        FalseShare
            a dealer sent a secret that it didn't commit to, or one that can't be read
        Broken
            anything else is not as it must be
        """
        known = read_certificates(self.group, certificates)
        own = self._find_own(known)
        received = read_dealt(self.group, certificates, threshold, dealt)
        self._check_own_polynomial(known[own - 1], received.polynomial, received.commitments[own - 1])
        total = 0
        for dealer, (sealed, commitments) in enumerate(
            zip(received.secrets, received.commitments, strict=True), start=1
        ):
            try:
                secret = read_secret(self.group, self._open(known[dealer - 1], known[own - 1], sealed))
            except Broken as broken:
                raise FalseShare(dealer) from broken
            if not fits(self.group, secret, commitments, own):
                raise FalseShare(dealer)
            total += secret
        return make_output(GROUPS[self.group], self._seed, total % GROUPS[self.group].q)

    def open_share(self, private_key: str) -> int:
        """Return the share in the private part of this trustee's own output."""
        itself = self._describe()
        return read_secret(self.group, self._open(itself, itself, private_key), "decryption_key")

    def _check_own_polynomial(self, own: Certificate, sealed: str, commitments: tuple[object, ...]) -> None:
        group = GROUPS[self.group]
        (coefficients,) = read_fields(self._open(own, own, sealed), ("polynomial",), "trustees")
        numbers = [
            read_number(one, group.q, "trustees")
            for one in read_list(coefficients, len(commitments), "trustees")
        ]
        if tuple(power(group, group.g, one) for one in numbers) != commitments:
            raise Broken("trustees", "the commitments under this trustee's name are not its own")

    def _open(self, sender: Certificate, recipient: Certificate, sealed: str) -> object:
        try:
            said = unseal(GROUPS[self.group], self._keys.opening, sealed)
        except ValueError as error:
            raise Broken("trustees", str(error)) from error
        return read_channel(self.group, sender, recipient, said)

    def _describe(self) -> Certificate:
        (own,) = read_certificates(self.group, [self.certify()])
        return own

    def _find_own(self, known: list[Certificate]) -> int:
        own = self._describe()
        if own not in known:
            raise Broken("trustees", "this trustee's certificate is not among those that were sent")
        return known.index(own) + 1


def decrypt(archive: bytes, secret: int) -> Share:
    """Return a trustee's part of opening a tally, once every ballot and the sum were checked.

    Broken where the archive fails a check, the vote isn't over, or the key is of no trustee of this election.
    """
    fault = verify(archive).fault
    if fault is not None:
        raise Broken(fault.check, fault.reason)
    held = read_archive(archive)
    setup = read_setup(held)
    payloads = held.list_payloads("EncryptedTally")
    if not payloads:
        raise Broken("tally", "the vote isn't over yet")
    owner = _find_owner(setup, secret)
    tally = held.read(held.read(payloads[0], "tally")["encrypted_tally"], "tally")
    decryption = decrypt_partially(GROUPS[setup.group], secret, tally, setup.fingerprint)
    return Share(owner, f"{setup.fingerprint} {write(tally)}", decryption)


def _find_owner(setup: Setup, secret: int) -> int:
    group = GROUPS[setup.group]
    public = power(group, group.g, secret)
    for number, key in enumerate(setup.keys, start=1):
        if key.value == public:
            return number
    raise Broken("trustees", "this key is of no trustee of the election")
