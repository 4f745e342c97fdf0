"""What is in a hurry writes first, and a gate that its holder left by dying is open."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import threading

import pytest
from django.db import OperationalError, connection, transaction

from madang.core.base.hurry import GATE, hurry, pass_gate


def is_shut(path):
    gate = os.open(f"{path}{GATE}", os.O_RDWR | os.O_CREAT)
    try:
        fcntl.flock(gate, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(gate)
    return False


@pytest.mark.django_db(transaction=True)
def test_who_is_in_a_hurry_writes_before_those_that_came_later():
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL has a lock for each row")
    order, path = [], connection.settings_dict["NAME"]

    def write(name, is_hurried):
        try:
            if is_hurried:
                with hurry(), transaction.atomic():
                    order.append(name)
            else:
                with transaction.atomic():
                    order.append(name)
        finally:
            connection.close()

    threads = [threading.Thread(target=write, args=("fire", True))]
    with transaction.atomic():
        threads[0].start()
        while not is_shut(path):
            threads[0].join(0.001)
        threads += [threading.Thread(target=write, args=(number, False)) for number in range(8)]
        for thread in threads[1:]:
            thread.start()
    for thread in threads:
        thread.join(30)
    assert order[0] == "fire"
    assert len(order) == 9


@pytest.mark.django_db(transaction=True)
def test_a_hurry_that_is_in_vain_ends_as_any_other_wait(monkeypatch):
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL has a lock for each row")
    said = []

    def write():
        monkeypatch.setitem(connection.settings_dict["OPTIONS"], "timeout", 0.05)
        try:
            with hurry(), transaction.atomic():
                said.append("written")
        except OperationalError as error:
            said.append(str(error))
        finally:
            connection.close()

    with transaction.atomic():
        thread = threading.Thread(target=write)
        thread.start()
        thread.join(30)
    assert said == ["database is locked"]
    assert not is_shut(connection.settings_dict["NAME"])


def test_a_gate_opens_where_its_holder_is_killed(tmp_path):
    path = str(tmp_path / "registers.sqlite")
    program = (
        "import sys, time\nfrom madang.core.base.hurry import hurry, pass_gate\n"
        "with hurry(), pass_gate(sys.argv[1]):\n    print('shut', flush=True)\n    time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", program, path], stdout=subprocess.PIPE) as process:
        assert process.stdout.readline().strip() == b"shut"
        assert is_shut(path)
        process.kill()
    assert not is_shut(path)
    with pass_gate(path) as is_hurried:
        assert not is_hurried
    with hurry(), pass_gate(path) as is_hurried:
        assert is_hurried
        assert is_shut(path)


def test_a_process_forked_while_a_gate_is_shut_does_not_keep_it_shut(tmp_path):
    path = str(tmp_path / "registers.sqlite")
    (ready, say_ready), (go_on, say_go_on) = os.pipe(), os.pipe()
    with hurry(), pass_gate(path):
        child = os.fork()
        if not child:
            os.write(say_ready, b"1")
            os.read(go_on, 1)
            os._exit(0)
        assert os.read(ready, 1)
    assert not is_shut(path)
    os.write(say_go_on, b"1")
    assert os.waitpid(child, 0)[1] == 0
    for end in (ready, say_ready, go_on, say_go_on):
        os.close(end)


def test_where_no_gate_can_be_made_there_is_none(tmp_path):
    with pass_gate(str(tmp_path / "nowhere" / "registers.sqlite")) as is_hurried:
        assert not is_hurried
