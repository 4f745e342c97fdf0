"""The part of one trustee, taken by the reference program and its files."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
from pathlib import Path

from madang.project.pytest_plugin import miss


class ReferenceTrustee:
    """A trustee whose every step is `belenios-tool`'s."""

    def __init__(self, folder: Path, group: str) -> None:
        self._folder, self._group = folder / "reference", group
        self._folder.mkdir()
        program = shutil.which("belenios-tool")
        if program is None:
            miss("belenios-tool")
        self._program = program or ""
        self._key = ""

    def ask(self, what: str, *more: object) -> str:
        """Return what the trustee answers to a step's name and what that needs."""
        return getattr(self, f"_{what}")(*more)

    @staticmethod
    def encode(archive: bytes) -> str:
        """Return an archive as trustees in other processes are handed it."""
        return base64.b64encode(archive).decode()

    def decrypt(self, archive: bytes, uuid: str, owner: int) -> str:
        """Return the share of the tally's opening."""
        (self._folder / f"{uuid}.bel").write_bytes(archive)
        keys = ("--key", f"{self._key}.key", "--decryption-key", "own.dkey", "--trustee-id", str(owner))
        return self._run("election", "decrypt-threshold", *keys).splitlines()[0]

    def check_whole(self, before: bytes, whole: bytes, uuid: str) -> None:
        """Let it check an archive, and that it continues an earlier one."""
        for name, content in (("before", before), ("after", whole)):
            (self._folder / name).mkdir()
            (self._folder / name / f"{uuid}.bel").write_bytes(content)
        assert "all checks passed" in self._run("election", "verify", "--dir", "after")
        self._run("election", "verify-diff", "--dir1", "before", "--dir2", "after")

    def _certify(self) -> str:
        self._step("1")
        self._key = next(self._folder.glob("*.key")).stem
        return (self._folder / f"{self._key}.cert").read_text().strip()

    def _deal(self, certificates: list[str], threshold: int) -> str:
        (self._folder / "certs.jsons").write_text("".join(f"{one}\n" for one in certificates))
        known = ("--certs", "certs.jsons", "--key", f"{self._key}.key")
        return self._step("3", *known, "--threshold", str(threshold)).strip()

    def _check(self, _certificates: list[str], _threshold: int, dealt: str) -> str:
        known = ("--certs", "certs.jsons", "--key", f"{self._key}.key")
        output = self._step("5", *known, say=dealt).strip()
        (self._folder / "own.dkey").write_text(json.loads(output)["private_key"])
        return output

    def _step(self, step: str, *more: str, say: str = "") -> str:
        command = ("setup", "generate-trustee-key-threshold", "--group", self._group, "--step", step)
        return self._run(*command, *more, say=say)

    def _run(self, *arguments: str, say: str = "") -> str:
        done = subprocess.run(
            [self._program, *arguments], cwd=self._folder, input=say, capture_output=True, text=True,
            env=os.environ | {"BELENIOS_USE_URANDOM": "1"},
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout or done.stderr
