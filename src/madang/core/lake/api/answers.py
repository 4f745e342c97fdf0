"""Answers that needn't be worked out twice: a version never changes, so neither does what it answers."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable

LIMIT_BYTES = 64 << 20
LARGEST_BYTES = 1 << 20


class Answers:
    """The most recently used answers, of at most `limit_bytes` together; safe between threads."""

    def __init__(self, limit_bytes: int = LIMIT_BYTES) -> None:
        self.limit_bytes = limit_bytes
        self.size_bytes = 0
        self._kept: OrderedDict[Hashable, bytes] = OrderedDict()
        self._guard = threading.Lock()

    def get(self, question: Hashable, work_out: Callable[[], bytes]) -> bytes:
        """Return the answer to `question`, worked out if it isn't kept; a large one is never kept."""
        with self._guard:
            if question in self._kept:
                self._kept.move_to_end(question)
                return self._kept[question]
        answer = work_out()
        if len(answer) <= LARGEST_BYTES:
            self._keep(question, answer)
        return answer

    def _keep(self, question: Hashable, answer: bytes) -> None:
        with self._guard:
            self.size_bytes += len(answer) - len(self._kept.pop(question, b""))
            self._kept[question] = answer
            while self.size_bytes > self.limit_bytes:
                self.size_bytes -= len(self._kept.popitem(last=False)[1])
