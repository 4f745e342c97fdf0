"""Timed work of this room."""

from __future__ import annotations

import time
from pathlib import Path

from django.conf import settings

from madang.core.base.interface import Job, Text

UPLOAD_KEPT_S = 24 * 3600


def forget_uploads() -> int:
    """Delete uploaded files that waited a day for their "go on"; return how many."""
    folder = Path(settings.MADANG.data_path) / "files" / "things"
    old = [path for path in folder.glob("*") if time.time() - path.stat().st_mtime > UPLOAD_KEPT_S]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


JOBS = [
    Job(
        name="things.forget_uploads",
        title=Text(ko="올리다 만 파일 지우기", en="Forgetting unfinished uploads"),
        every_s=3600,
        run=forget_uploads,
    )
]
