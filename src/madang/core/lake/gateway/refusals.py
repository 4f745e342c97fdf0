"""Refusals of a file, each in both languages."""

from __future__ import annotations

from madang.core.base.interface import BadInput


def refuse(code: str, ko: str, en: str, *, line: int | None = None) -> BadInput:
    """Return the error for a file that can't be read, naming the line where there is one."""
    if line is None:
        return BadInput(f"import.{code}", ko, en)
    return BadInput(f"import.{code}", f"{line}번째 줄: {ko}", f"line {line}: {en}", line=line)
