"""What runs on a data folder: written by the supervisor, read by the status page and the command line."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

import msgspec


class ProcessState(msgspec.Struct, kw_only=True):
    """One process of the family; `hung_at` is when its work was last found to stand still, and it was started anew."""

    name: str
    pid: int
    state: str
    since: datetime
    restarts: int = 0
    last_exit_code: int | None = None
    hung_at: datetime | None = None


class RunState(msgspec.Struct, kw_only=True):
    """The family on one data folder."""

    supervisor_pid: int
    address: str
    mqtt_port: int
    processes: list[ProcessState]


def write_run_state(folder: Path, state: RunState) -> None:
    """Replace `folder`/state.json in one step."""
    temporary = folder / "state.json.new"
    temporary.write_bytes(msgspec.json.encode(state))
    os.replace(temporary, folder / "state.json")


def read_run_state(folder: Path) -> RunState | None:
    """Return the state last written, or None where nothing has run."""
    path = folder / "state.json"
    if not path.is_file():
        return None
    return msgspec.json.decode(path.read_bytes(), type=RunState)
