"""What is read again and again may be a few seconds old."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")


class Kept:
    """Answers of one process by name, each for `seconds`; at most `most` names, so that memory is bounded."""

    def __init__(self, seconds: float = 5.0, most: int = 10_000) -> None:
        self.seconds, self.most = seconds, most
        self._answers: dict[Any, tuple[float, Any, Any]] = {}

    def get(self, name: Any, read: Callable[[], T], version: Callable[[], object] = object) -> T:
        """Return the answer of that name, read anew where it is too old and `version()` isn't what it was."""
        at, answer, known = self._answers.get(name, (-self.seconds, None, None))
        if time.monotonic() - at >= self.seconds:
            if len(self._answers) >= self.most:
                self._answers.clear()
            before = version()
            if known is None or before != known:
                answer = read()
            self._answers[name] = (time.monotonic(), answer, before)
        return answer

    def forget(self) -> None:
        """Forget everything: after a change in this process it is seen at once."""
        self._answers.clear()
