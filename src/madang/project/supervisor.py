"""`madang up`: keeps a small family of processes alive and stops them cleanly."""

from __future__ import annotations

import errno
import fcntl
import logging
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from functools import partial
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from types import FrameType

from madang.core.base.interface import (
    MONITOR_FILE,
    SETTINGS,
    BadInput,
    Beats,
    Conflict,
    ProcessState,
    RunState,
    Settings,
    Unavailable,
    now,
    write_run_state,
)

from .broker_server import (
    HOUSE,
    await_broker,
    find_nats_server,
    has_listeners,
    is_all_heard,
    is_broker_well,
    keep_password,
    write_configuration,
    write_secret,
)
from .forking import Forked, die_with_parent

STOP_PATIENCE_S = 10
LONGEST_PAUSE_S = 5.0
BROKER_LOOK_S = 2.0
BROKER_PATIENCE = 5
LONGEST_SHUT_S = 120.0
"""So long devices wait at most for a listener that doesn't come: the others must not wait for ever."""
WEB_LOOK_S = 10.0
HUNG_AFTER_S = 180.0
"""Far longer than the longest turn of a busy machine: who is killed in the midst of work must do it anew."""
LONGEST_STEP_S = 1.0
"""More than this between two looks is the supervisor's own standstill, and is held against nobody."""
log = logging.getLogger("madang.supervisor")


class Member:
    """One process of the family: what it does (or the command that does), its child, when it may start again."""

    def __init__(self, name: str, work: Callable[[], object] | list[str]) -> None:
        self.name = name
        self.work = work
        self.child: subprocess.Popen[bytes] | Forked | None = None
        self.pause_s = 0.2
        self.start_at = 0.0
        self.state = ProcessState(name=name, pid=0, state="starting", since=now())
        self.beats = Beats()
        self._beaten, self._still_s = 0, 0.0
        self._patience_s = HUNG_AFTER_S

    def start(self, log_folder: Path) -> None:
        """Start the child; its output goes to its own log file."""
        log = log_folder / f"{self.name}.log"
        self.beats.clear()
        self._beaten, self._still_s = 0, 0.0
        self.child = (
            _spawn(self.work, log)
            if isinstance(self.work, list)
            else Forked(self.name, self.work, log, self.beats)
        )
        self.state.pid, self.state.state, self.state.since = self.child.pid, "running", now()

    def notice_exit(self) -> bool:
        """Return whether the child has just died, and plan when it starts again."""
        if self.child is None or self.child.poll() is None:
            return False
        lived_s = (now() - self.state.since).total_seconds()
        self.pause_s = 0.2 if lived_s > 30 else min(self.pause_s * 2, LONGEST_PAUSE_S)
        self.start_at = time.monotonic() + self.pause_s
        self._kill_group()
        self.state.last_exit_code = self.child.returncode
        self.state.restarts += 1
        self.state.state, self.state.since = "restarting", now()
        self.child = None
        return True

    def end_if_hung(self, step_s: float) -> None:
        """Kill a child that has begun to beat and stands still by now, so that it starts anew.

        `step_s` are the seconds since it was looked at last. One that was killed gets twice the time from then on, so
        that work that only takes long is done in the end.
        """
        beaten = self.beats.count()
        self._still_s = self._still_s + step_s if beaten == self._beaten else 0.0
        self._beaten = beaten
        if self.child is not None and beaten and self._still_s > self._patience_s:
            self.state.hung_at = now()
            self._patience_s *= 2
            self._kill_group()

    def stop(self, patience_s: float = STOP_PATIENCE_S) -> None:
        """End the child: asked first, killed when it doesn't."""
        if self.child is None:
            return
        self.child.terminate()
        try:
            self.child.wait(patience_s)
        except subprocess.TimeoutExpired:
            self._kill_group()
            self.child.wait()
        self.state.state, self.state.since = "stopped", now()

    def _kill_group(self) -> None:
        """Kill what the child left: a web server killed outright leaves workers answering on its port."""
        with suppress(ProcessLookupError):
            os.killpg(self.state.pid, signal.SIGKILL)


class Supervisor:
    """The family on one data folder: taken at once, so that what is loaded afterwards knows the ports."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.folder = settings.make_data_folder() / "run"
        self.folder.mkdir(exist_ok=True)
        self._lock = _lock(self.folder / "supervisor.lock")
        here, host = "127.0.0.1", settings.host
        self.open_api_port = _find_open_api_port(settings)
        broker_port, mqtt_port, self.monitor_port, self.port, _ = _free_ports(
            (here, settings.broker_port, "broker_port"),
            (host, settings.mqtt_port, "mqtt_port"),
            (here, 0, ""),
            (host, settings.port, "port"),
            (host, self.open_api_port, "open_api_port"),
        )
        self.mqtt_port = mqtt_port
        password = keep_password(settings.data_path / "broker")
        self.broker_url = f"nats://{HOUSE}:{password}@127.0.0.1:{broker_port}"
        self._configure = partial(
            write_configuration,
            settings.data_path / "broker",
            port=broker_port,
            mqtt_port=mqtt_port,
            monitor_port=self.monitor_port,
            host=_in_address(settings.host),
            password=password,
        )
        configuration = self._configure()
        self._is_open = True
        self._open_at = 0.0
        self.broker = Member("broker", [find_nats_server(), "-c", str(configuration)])
        self.members: list[Member] = []
        self._stopping = False
        self._broker_look_at = 0.0
        self._broker_unwell = 0
        self._looked_at = self._web_look_at = time.monotonic()

    @property
    def address(self) -> str:
        """Where people reach the house; a passkey can be bound to localhost, not to 127.0.0.1."""
        host = "localhost" if self.settings.host == "127.0.0.1" else _in_address(self.settings.own_host)
        return self.settings.public_url or f"http://{host}:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """What the family is told besides this process's own environment."""
        return {
            "MADANG_DATA": str(self.settings.data_path),
            "MADANG_HOST": self.settings.host,
            "MADANG_PORT": str(self.port),
            "MADANG_OPEN_API_PORT": str(self.open_api_port),
            "MADANG_BROKER_URL": self.broker_url,
            "MADANG_MQTT_PORT": str(self.mqtt_port),
            "PYTHONUNBUFFERED": "1",
        }

    def run(self, runs: dict[str, Callable[[], object]], ready: Callable[[Supervisor], None]) -> None:
        """Start the family, call `ready` once the web answers, and watch until a signal to stop.

        `runs` are the members besides the broker, the web first.
        """
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._ask_to_stop)
        self.members = [Member(name, run) for name, run in runs.items()]
        try:
            self._start_broker()
            self.members[0].start(self._log_folder)
            self._await_web()
            self._watch(self.members)
            while not self._is_open and not self._stopping:
                time.sleep(0.05)
                self._watch(self.members)
            if not self._stopping:
                ready(self)
            while not self._stopping:
                self._look_at_web()
                self._watch(self.members)
                time.sleep(0.1)
        finally:
            self._stop_all()

    @property
    def _log_folder(self) -> Path:
        folder = self.settings.data_path / "logs"
        folder.mkdir(exist_ok=True)
        return folder

    def _ask_to_stop(self, number: int, frame: FrameType | None) -> None:
        self._stopping = True

    def _start_broker(self) -> None:
        self._begin_broker()
        await_broker(self.monitor_port)
        write_secret(self.folder / "broker.url", self.broker_url)
        write_secret(self.folder / MONITOR_FILE, f"http://127.0.0.1:{self.monitor_port}")

    def _begin_broker(self) -> None:
        """Start the broker; with a new store, where nobody is known to it yet, devices are refused at first."""
        self._is_open = has_listeners(self.settings.data_path / "broker")
        self._open_at = time.monotonic() + LONGEST_SHUT_S
        self._configure(is_open=self._is_open)
        self.broker.start(self._log_folder)

    def _open_when_heard(self) -> None:
        """Let devices in once the broker keeps what they say for those who listen."""
        if self._is_open or self.broker.child is None:
            return
        if is_all_heard(self.monitor_port) or self._is_late():
            self._configure(is_open=True)
            os.kill(self.broker.child.pid, signal.SIGHUP)
            self._is_open = True

    def _is_late(self) -> bool:
        if time.monotonic() < self._open_at:
            return False
        log.error("a listener to devices hasn't come; what they tell it is acknowledged and not kept")
        return True

    def _await_web(self, timeout_s: float = 180) -> None:
        deadline = time.monotonic() + timeout_s
        while not self._stopping:
            try:
                self._ask_web()
            except (OSError, HTTPException):
                if time.monotonic() > deadline:
                    log = self._log_folder / "web.log"
                    raise Unavailable(
                        "web.start",
                        f"웹 서버가 시작되지 않았습니다. {log}",
                        f"the web server didn't start; see {log}",
                    ) from None
                self._watch(self.members[:1])
                time.sleep(0.1)
            else:
                return

    def _ask_web(self, timeout_s: float = 5) -> None:
        """Return once the web's application answers; which answer doesn't matter."""
        connection = HTTPConnection(self.settings.own_host, self.port, timeout=timeout_s)
        try:
            connection.request("HEAD", "/static/")
            connection.getresponse()
        finally:
            connection.close()

    def _watch(self, members: list[Member]) -> None:
        changed = False
        step_s = min(time.monotonic() - self._looked_at, LONGEST_STEP_S)
        self._looked_at = time.monotonic()
        self._look_at_broker()
        for member in [self.broker, *members]:
            member.end_if_hung(step_s)
            changed |= member.notice_exit()
            if member.child is None and time.monotonic() >= member.start_at:
                if member is self.broker:
                    self._begin_broker()
                else:
                    member.start(self._log_folder)
                changed = True
        self._open_when_heard()
        if changed:
            self._write_state()

    def _look_at_broker(self) -> None:
        """End a broker that stays unwell, so that it starts anew: after a full disk it never recovers alone."""
        if time.monotonic() < self._broker_look_at or self.broker.child is None:
            return
        self._broker_look_at = time.monotonic() + BROKER_LOOK_S
        self._broker_unwell = 0 if is_broker_well(self.monitor_port) else self._broker_unwell + 1
        if self._broker_unwell >= BROKER_PATIENCE:
            self._broker_unwell = 0
            self.broker.child.kill()

    def _look_at_web(self) -> None:
        """Beat for the web while it answers: it has no loop of its own that could."""
        if time.monotonic() < self._web_look_at:
            return
        with suppress(OSError, HTTPException):
            self._ask_web(timeout_s=2)
            self.members[0].beats.add()
        self._web_look_at = time.monotonic() + WEB_LOOK_S

    def _stop_all(self) -> None:
        for member in self.members:
            if member.child is not None:
                member.child.terminate()
        for member in self.members:
            member.stop()
        self.broker.stop()
        (self.folder / "broker.url").unlink(missing_ok=True)
        (self.folder / MONITOR_FILE).unlink(missing_ok=True)
        self._write_state()
        os.close(self._lock)

    def _write_state(self) -> None:
        state = RunState(
            supervisor_pid=os.getpid(),
            address=self.address,
            mqtt_port=self.mqtt_port,
            processes=[member.state for member in [self.broker, *self.members]],
        )
        write_run_state(self.folder, state)


def _spawn(command: list[str], log: Path) -> subprocess.Popen[bytes]:
    with log.open("ab") as output:
        return subprocess.Popen(  # noqa: S603
            command,
            stdout=output,
            stderr=output,
            stdin=subprocess.DEVNULL,
            preexec_fn=die_with_parent,  # noqa: PLW1509
        )


def _lock(path: Path) -> int:
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        folder = path.parents[1]
        raise Conflict(
            "up.running", f"{folder}에서 이미 실행 중입니다", f"the house already runs on {folder}"
        ) from None
    return handle


def _find_open_api_port(settings: Settings) -> int:
    """Return the Open API's port, or 0 where nobody chose it and something else has it: the house starts without."""
    port = settings.open_api_port
    if port == next(one.default for one in SETTINGS if one.name == "open_api_port"):
        try:
            _free_ports((settings.host, port, "open_api_port"))
        except Conflict:
            return 0
    return port


def _free_ports(*wanted: tuple[str, int, str]) -> list[int]:
    """Return the port of each (host, port, name of the setting), or a free one where 0 is wanted."""
    with ExitStack() as held:
        return [held.enter_context(_listen(*one)).getsockname()[1] for one in wanted]


def _listen(host: str, port: int, setting: str) -> socket.socket:
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
    except OSError as error:
        if isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL:
            raise BadInput(
                "up.host",
                f"{host}은(는) 이 컴퓨터의 주소가 아닙니다. 다른 host를 지정해 주십시오.",
                f"{host} is no address of this machine ({error.strerror}); name another host",
            ) from error
        raise Conflict(
            "up.port",
            f"포트 {port}을(를) 쓸 수 없습니다. 설정 {setting}에 다른 포트를 지정해 주십시오.",
            f"port {port} can't be used ({error.strerror}); name another for the setting {setting}",
        ) from error
    return listener


def _in_address(host: str) -> str:
    return f"[{host}]" if ":" in host else host
