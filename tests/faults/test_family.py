"""The family of processes: what dies comes back, what stops stops whole, one house a folder."""

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from datetime import UTC, datetime

import httpx
import msgspec
import psutil
import pytest

from madang.core.base.interface import Conflict, beat, read_run_state, read_settings
from madang.project.pytest_plugin import start_house, stop_house
from madang.project.supervisor import HUNG_AFTER_S, Member, Supervisor

pytestmark = pytest.mark.xdist_group("family")


@pytest.fixture
def own_house(tmp_path):
    house = start_house(tmp_path / "city", "--no-demo")
    yield house
    if house.process.poll() is None:
        stop_house(house)


@pytest.fixture(scope="module")
def shared_house(tmp_path_factory):
    house = start_house(tmp_path_factory.mktemp("family") / "city", "--no-demo")
    yield house
    stop_house(house)


def await_true(condition, seen=()):
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, f"it did not happen in time: {seen}"
        time.sleep(0.1)


def members(house):
    return {process.name: process for process in read_run_state(house.data / "run").processes}


def answers(house):
    try:
        return httpx.get(house.url + "/accounts/login/", timeout=5).status_code == 200
    except httpx.HTTPError:
        return False


def has_ended(process):
    try:
        return process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def test_a_member_killed_comes_back_and_the_house_answers(shared_house):
    for name in sorted(members(shared_house)):
        before = members(shared_house)[name]
        offspring = psutil.Process(before.pid).children(recursive=True)
        os.kill(before.pid, signal.SIGKILL)

        def is_back(name=name, before=before):
            member = members(shared_house)[name]
            return (
                member.state == "running" and member.pid != before.pid and member.restarts > before.restarts
            )

        await_true(is_back)
        await_true(lambda: answers(shared_house))
        await_true(lambda offspring=offspring: all(has_ended(child) for child in offspring))
    await_true(lambda: answers(shared_house))


def test_one_whose_work_stands_still_is_started_anew(tmp_path):
    def work_a_little():
        beat()
        beat()
        time.sleep(3600)

    member = Member("stuck", work_a_little)
    member.start(tmp_path)
    first = member.state.pid
    try:
        await_true(lambda: member.beats.count() == 2)
        member.end_if_hung(HUNG_AFTER_S * 2)  # it has beaten since it was looked at last
        assert not member.notice_exit()
        member.end_if_hung(HUNG_AFTER_S * 2)
        await_true(member.notice_exit)
        assert (member.state.restarts, member.state.hung_at is None) == (1, False)
        member.start(tmp_path)
        assert member.state.pid != first
        member.end_if_hung(HUNG_AFTER_S * 2)
        assert member.child.poll() is None
    finally:
        member.stop()


def test_one_that_never_beats_is_left_alone(tmp_path):
    member = Member("quiet", lambda: time.sleep(3600))
    member.start(tmp_path)
    try:
        member.end_if_hung(HUNG_AFTER_S * 2)
        assert member.child.poll() is None
    finally:
        member.stop()


def test_the_house_says_that_it_is_well(shared_house):
    def health():
        return httpx.get(shared_house.url + "/health", timeout=20).json()["status"]

    await_true(lambda: health() == "pass")


def test_a_second_house_on_the_same_folder_is_refused(shared_house):
    environment = os.environ | {"MADANG_DATA": str(shared_house.data), "MADANG_PORT": "0"}
    command = [sys.executable, "-m", "madang.project.command_line", "up", "--no-demo"]
    second = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
    assert second.returncode == 2
    assert "already runs" in second.stderr
    await_true(lambda: answers(shared_house))


def test_stopping_leaves_no_process_behind(own_house):
    family = psutil.Process(own_house.process.pid).children(recursive=True)
    stop_house(own_house)
    assert own_house.process.returncode == 0
    await_true(lambda: all(has_ended(child) for child in family))


def test_a_killed_supervisor_orphans_nobody_and_the_next_start_works(own_house):
    family = psutil.Process(own_house.process.pid).children(recursive=True)
    own_house.process.kill()
    own_house.process.wait()
    left = []

    def is_gone():
        left[:] = [child.name() for child in family if not has_ended(child)]
        return not left

    await_true(is_gone, left)
    again = start_house(own_house.data, "--no-demo")
    try:
        await_true(lambda: answers(again))
    finally:
        stop_house(again)


def test_a_family_killed_at_once_leaves_no_port_taken(own_house):
    family = psutil.Process(own_house.process.pid).children(recursive=True)
    for one in (own_house.process.pid, *(member.pid for member in members(own_house).values())):
        os.kill(one, signal.SIGKILL)
    own_house.process.wait()
    await_true(lambda: all(has_ended(child) for child in family), family)
    port = int(own_house.url.rsplit(":", 1)[1])
    await_true(
        lambda: (
            port not in {one.laddr.port for one in psutil.net_connections("tcp") if one.status == "LISTEN"}
        )
    )


def test_a_busy_port_is_a_clear_error(shared_house, tmp_path):
    port = shared_house.url.rsplit(":", 1)[1]
    environment = os.environ | {"MADANG_DATA": str(tmp_path / "other"), "MADANG_PORT": port}
    command = [sys.executable, "-m", "madang.project.command_line", "up", "--no-demo"]
    second = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
    assert second.returncode == 2
    assert port in second.stderr


def test_the_open_api_s_port_taken_by_another_does_not_keep_the_house_from_starting(tmp_path):
    def make(name, **more):
        return Supervisor(read_settings({"MADANG_DATA": str(tmp_path / name), "MADANG_PORT": "0", **more}))

    with socket.socket() as another:
        with suppress(OSError):  # somebody has it already
            another.bind(("127.0.0.1", 8088))
            another.listen()
        assert make("unchosen").open_api_port == 0
    with socket.socket() as another:
        another.bind(("127.0.0.1", 0))
        another.listen()
        with pytest.raises(Conflict):
            make("chosen", MADANG_OPEN_API_PORT=str(another.getsockname()[1]))


@pytest.mark.parametrize("host", ["300.1.1.1", "192.0.2.1"])
def test_an_address_of_another_machine_is_a_clear_error_at_once(host, tmp_path):
    environment = os.environ | {"MADANG_DATA": str(tmp_path / "city"), "MADANG_PORT": "0"}
    command = [sys.executable, "-m", "madang.project.command_line", "up", "--host", host]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
    assert (ended.returncode, "up.host" in ended.stderr) == (2, True), ended.stderr


def test_the_state_is_readable_at_any_moment(shared_house):
    state = read_run_state(shared_house.data / "run")
    assert {process.name for process in state.processes} >= {"broker", "web", "schedule", "worker"}
    assert all(process.since <= datetime.now(UTC) for process in state.processes)
    assert msgspec.json.encode(state)


def test_a_broker_that_hangs_is_started_anew(shared_house):
    before = members(shared_house)["broker"]
    os.kill(before.pid, signal.SIGSTOP)
    await_true(lambda: members(shared_house)["broker"].restarts > before.restarts)
    await_true(lambda: members(shared_house)["broker"].state == "running")
    await_true(lambda: answers(shared_house))
