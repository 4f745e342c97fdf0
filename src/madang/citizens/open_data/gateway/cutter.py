"""The process that cuts words: started when there are some, and kept while more come."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Sequence

import msgspec

CHILD = "madang.citizens.open_data.methods.cutting"
MOST_S = 600


class Cutter:
    """Speaks with one process, a line a batch. It ends itself where it hears nothing for a while."""

    def __init__(self) -> None:
        self._child: subprocess.Popen[bytes] | None = None
        self._one_at_a_time = threading.Lock()

    def cut(self, datasets: Sequence[Sequence[str]]) -> list[dict[str, float]]:
        """Return the weighted words of each dataset's texts; raise subprocess.SubprocessError where it fails."""
        with self._one_at_a_time:
            is_kept = self._child is not None and self._child.poll() is None
            if not datasets:
                return []
            asked = msgspec.json.encode(datasets) + b"\n"
            # One that was kept may have ended before it heard this.
            answer = self._ask(asked) or (self._ask(asked) if is_kept else b"")
            if not answer:
                raise subprocess.SubprocessError(f"{CHILD} ended without an answer")
            return msgspec.json.decode(answer, type=list[dict[str, float]])

    def _ask(self, asked: bytes) -> bytes:
        """Return the line that answers, b"" where the process ended before."""
        if self._child is None or self._child.poll() is not None:
            command = [sys.executable, "-m", CHILD]
            self._child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        child = self._child
        assert child.stdin and child.stdout
        patience = threading.Timer(MOST_S, child.kill)
        patience.start()
        try:
            child.stdin.write(asked)
            child.stdin.flush()
            answer = child.stdout.readline()
        except BrokenPipeError:
            answer = b""
        finally:
            patience.cancel()
        if not answer.endswith(b"\n"):
            child.kill()
            child.communicate()
            return b""
        return answer


cutter = Cutter()
cut_words = cutter.cut
