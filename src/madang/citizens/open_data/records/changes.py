"""What happens to public datasets."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec

from madang.core.base.interface import Text


class ChangeKind(StrEnum):
    """What happened."""

    OPENED = "opened"
    VERSION = "version"
    DESCRIBED = "described"
    WITHDRAWN = "withdrawn"


CHANGE_NAMES = {
    ChangeKind.OPENED: Text(ko="공개", en="Published"),
    ChangeKind.VERSION: Text(ko="새 판", en="New version"),
    ChangeKind.DESCRIBED: Text(ko="설명 바뀜", en="Described anew"),
    ChangeKind.WITHDRAWN: Text(ko="내림", en="Withdrawn"),
}


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One happening of one dataset; `version` and `rows` are those after it, −1 and 0 where there are none.

    `is_gone`: the dataset isn't public any more.
    """

    id: int
    dataset: str
    title: Text
    kind: ChangeKind
    version: int
    rows: int
    at: datetime
    is_gone: bool = False
