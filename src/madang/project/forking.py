"""Members of the family that are forked from the supervisor, which has loaded the house once for all of them."""

from __future__ import annotations

import ctypes
import logging
import os
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from madang.core.base.interface import Beats, MadangError, say_here

PR_SET_PDEATHSIG = 1
PR_SET_NAME = 15
EXIT_REFUSED = 2


class Forked:
    """One forked child, spoken to as `subprocess.Popen` is.

    The supervisor must have no threads of its own and no open connections when it forks.
    """

    def __init__(
        self, name: str, run: Callable[[], object], log: Path | None = None, beats: Beats | None = None
    ) -> None:
        self.returncode: int | None = None
        sys.stdout.flush()
        sys.stderr.flush()
        self.pid = os.fork()
        if self.pid == 0:
            if beats is not None:
                beats.keep()
            _live(name, run, log)

    def poll(self) -> int | None:
        """Return the exit code, or None while the child runs."""
        if self.returncode is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.returncode = os.waitstatus_to_exitcode(status)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Return the exit code once the child has ended; raise TimeoutExpired after `timeout` seconds."""
        deadline = None if timeout is None else time.monotonic() + timeout
        while (code := self.poll()) is None:
            if deadline is not None and time.monotonic() > deadline:
                raise subprocess.TimeoutExpired(str(self.pid), timeout or 0)
            time.sleep(0.01)
        return code

    def terminate(self) -> None:
        """Ask the child to end."""
        self._send(signal.SIGTERM)

    def kill(self) -> None:
        """End the child at once."""
        self._send(signal.SIGKILL)

    def _send(self, number: int) -> None:
        if self.poll() is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)


def die_with_parent() -> None:
    """Lead a process group; on Linux get SIGTERM when the supervisor is killed, so that nothing is orphaned."""
    os.setpgid(0, 0)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _live(name: str, run: Callable[[], object], log: Path | None) -> None:
    code = 1
    try:
        _settle(name, log)
        run()
        code = 0
    except SystemExit as leaving:
        code = leaving.code if isinstance(leaving.code, int) else int(leaving.code is not None)
    except MadangError as error:
        sys.stderr.write(f"madang: {say_here(error.text)} [{error.code}]\n")
        code = EXIT_REFUSED
    except BaseException:  # noqa: BLE001 - a child never returns into the supervisor's code
        traceback.print_exc()
    finally:
        logging.shutdown()
        with suppress(OSError):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


def _settle(name: str, log: Path | None) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    die_with_parent()
    os.closerange(3, 256)  # the supervisor's lock among them: it must not outlive the supervisor
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_NAME, name.encode()[:15], 0, 0, 0)
    if log is None:
        return
    for number, target, flags in (
        (0, os.devnull, os.O_RDONLY),
        (1, str(log), os.O_WRONLY | os.O_APPEND | os.O_CREAT),
    ):
        handle = os.open(target, flags, 0o644)
        os.dup2(handle, number)
        os.close(handle)
    os.dup2(1, 2)
