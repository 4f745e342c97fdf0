"""A trustee's own folder: its seed, what it was shown and what it sent. Nothing here is the house's.

The files are written as `belenios-tool` writes its own, so that it can go on where we stopped, and the other way.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

from madang.core.base.interface import BadInput, Conflict, NotFound

from .sealed_seeds import seal, unseal

SEALED = "trustee.key.sealed"
SEED, GROUP, CERTIFICATES, SHARE, OPENED = "trustee.key", "group", "certs.jsons", "trustee.dkey", "opened"


class TrusteeFolder:
    """Where one trustee keeps what it needs for one election."""

    def __init__(self, path: Path, ask: Callable[[], str] = lambda: "") -> None:
        """Take the folder `path`; `ask` for the passphrase where the seed is sealed under one."""
        self.path, self.ask = path, ask

    def begin(self, group: str, seed: str, passphrase: str = "") -> None:
        """Keep a new seed, sealed where a passphrase is given; Conflict where there is one already."""
        with telling(self.path):
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            if self.has_seed():
                raise Conflict(
                    "voting.trustee_folder",
                    f"{self.path}에 열쇠가 이미 있습니다. 선거마다 폴더를 따로 쓰세요",
                    f"there is a key in {self.path} already; take one folder for each election",
                )
            write_own(self.path / GROUP, f"{group}\n")
            if passphrase:
                write_own(self.path / SEALED, f"{seal(seed, passphrase)}\n")
            else:
                write_own(self.path / SEED, f"{seed}\n")

    def lock(self, passphrase: str) -> None:
        """Seal the seed that lies open; Conflict where it is sealed already."""
        if (self.path / SEALED).exists() and not (self.path / SEED).exists():
            raise Conflict(
                "voting.trustee_folder", f"{self.path}: 이미 잠겨 있습니다", f"{self.path} is locked already"
            )
        sealed = seal(self._read(SEED), passphrase)
        with telling(self.path):
            write_own(self.path / SEALED, f"{sealed}\n")
            (self.path / SEED).unlink()

    def unlock(self, passphrase: str) -> None:
        """Let the seed lie open again, as `belenios-tool` reads it."""
        seed = unseal(self._read(SEALED), passphrase)
        with telling(self.path):
            write_own(self.path / SEED, f"{seed}\n")
            (self.path / SEALED).unlink()

    def has_seed(self) -> bool:
        """Return whether a trustee began here."""
        return any((self.path / name).exists() for name in (SEED, SEALED))

    def read_seed(self) -> tuple[str, str]:
        """Return the group and the seed; NotFound where no trustee began here."""
        if (self.path / SEALED).exists() and not (self.path / SEED).exists():
            return self._read(GROUP), unseal(self._read(SEALED), self.ask())
        return self._read(GROUP), self._read(SEED)

    def keep_certificates(self, certificates: list[str], threshold: int) -> None:
        """Keep what everybody was shown; BadInput where it was something else before."""
        known = self.path / CERTIFICATES
        text = "".join(f"{one.strip()}\n" for one in certificates)
        bound = hashlib.sha256(f"{threshold}\n{text}".encode()).hexdigest()
        with telling(self.path):
            mark = self.path / "certs.sha256"
            if mark.exists() and mark.read_text().strip() != bound:
                raise BadInput(
                    "voting.certificates",
                    "전에 본 인증서나 정족수와 다릅니다. 서버가 수탁자마다 다른 것을 보였을 수 있습니다",
                    "these are not the certificates and threshold that were shown before: somebody may lie",
                )
            write_own(known, text)
            write_own(mark, f"{bound}\n")

    def keep_share(self, private_key: str) -> None:
        """Keep this trustee's sealed share."""
        with telling(self.path):
            write_own(self.path / SHARE, f"{private_key}\n")

    def read_share(self) -> str:
        """Return the sealed share; NotFound where there is none yet."""
        return self._read(SHARE)

    def keep(self, name: str, text: str) -> Path:
        """Write one of this trustee's messages and return where it is."""
        with telling(self.path):
            return write_own(self.path / name, f"{text}\n")

    def note_opening(self, tally: str) -> None:
        """Note which tally is opened; BadInput where it was another one before.

        Whoever gets two tallies of one election opened learns what stands between them, such as one ballot.
        """
        said = hashlib.sha256(tally.encode()).hexdigest()
        with telling(self.path):
            note = self.path / OPENED
            if note.exists() and note.read_text().strip() != said:
                raise BadInput(
                    "voting.second_tally",
                    "이 열쇠로 다른 집계를 이미 열었습니다. 두 집계의 차이로 한 사람의 표가 드러날 수 있습니다",
                    "this key opened another tally before: the difference of two can give away one person's vote",
                )
            write_own(note, f"{said}\n")

    def _read(self, name: str) -> str:
        try:
            return (self.path / name).read_text().strip()
        except (OSError, UnicodeDecodeError) as error:
            raise NotFound(
                "voting.trustee_folder",
                f"{self.path / name}을(를) 읽을 수 없습니다",
                f"can't read {self.path / name}",
            ) from error


def write_own(path: Path, text: str) -> Path:
    """Write a file that only its owner reads; it is whole or not there."""
    unfinished = path.with_name(f".{path.name}.tmp")
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)
    return path


@contextmanager
def telling(path: Path) -> Generator[None]:
    """Say in a sentence where something can't be read or written."""
    try:
        yield
    except OSError as error:
        why = error.strerror
        raise BadInput(
            "voting.out", f"{path}에 쓸 수 없습니다: {why}", f"can't write to {path}: {why}"
        ) from error
