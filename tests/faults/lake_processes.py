"""Processes of a lake that a test may kill: one mother loads the house and forks them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress

from madang.project.broker_server import await_broker, start_broker, write_configuration
from madang.project.pytest_plugin import find_free_port

MOTHER = """
import json, os, signal, sys, traceback
import django
django.setup()
from datetime import UTC, datetime, timedelta
import pyarrow as pa
from madang.core.base.interface import HOUSE, MadangError, get_broker, now
from madang.core.lake import datasets, interface as lake, maintenance
from madang.core.lake.declarations import get_table
from madang.core.lake.folders import ledger_path
from madang.core.lake.ledger import Ledger
from madang.core.lake.processes import run_writer
from madang.core.lake.schemas import list_stored_columns, make_schema
from madang.core.lake.tables import INDICATORS
from madang.core.lake.tables_on_disk import read_snapshot
from madang.core.lake.writing.rolling import roll_up
from madang.core.lake.writing.stream_table import StreamTable
START = datetime(2024, 1, 1, tzinfo=UTC)
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
for line in sys.stdin:
    order = json.loads(line)
    pid = os.fork()
    if pid == 0:
        os.dup2(os.open(order["output"], os.O_WRONLY | os.O_CREAT | os.O_APPEND), 1)
        os.dup2(1, 2)
        try:
            exec(order["script"], globals() | {"arguments": order["arguments"]})
            print("end", flush=True)
        except BaseException:
            traceback.print_exc()
        os._exit(0)
    print(pid, flush=True)
"""
MIGRATE = """
from django.core.management import call_command
call_command("migrate", verbosity=0)
"""


def await_true(condition, timeout_s=90):
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


class Lake:
    """A data folder, its broker and the processes that work on it."""

    def __init__(self, folder, *wrapper, with_broker=False):
        folder.mkdir(exist_ok=True)
        self.folder = folder
        self.outputs = folder.parent / "outputs"
        self.outputs.mkdir(exist_ok=True)
        environment = {key: value for key, value in os.environ.items() if not key.startswith("MADANG_")}
        environment |= {
            "MADANG_DATA": str(folder),
            "MADANG_DEMO": "no",
            "MADANG_LOG_LEVEL": "error",
            "DJANGO_SETTINGS_MODULE": "madang.project.settings",
        }
        self.broker = None
        if with_broker:
            self.ports = [find_free_port() for _ in range(3)]
            environment["MADANG_BROKER_URL"] = f"nats://127.0.0.1:{self.ports[0]}"
            self.start_broker()
        self.mother = subprocess.Popen(
            [*wrapper, sys.executable, "-c", MOTHER],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.count = 0
        self.run(MIGRATE)

    def start_broker(self):
        port, mqtt_port, monitor_port = self.ports
        configuration = write_configuration(
            self.folder / "broker",
            port=port,
            mqtt_port=mqtt_port,
            monitor_port=monitor_port,
            host="127.0.0.1",
        )
        self.broker = start_broker(configuration, self.outputs / "broker.log")
        await_broker(monitor_port)

    def kill_broker(self):
        self.broker.kill()
        self.broker.wait()

    def start(self, script, *arguments):
        """Start a process and return its id and the file of its output."""
        self.count += 1
        output = self.outputs / f"{self.count}.txt"
        output.touch()
        self.mother.stdin.write(
            json.dumps({"script": script, "arguments": arguments, "output": str(output)}) + "\n"
        )
        self.mother.stdin.flush()
        return int(self.mother.stdout.readline()), output

    def run(self, script, *arguments):
        """Run a process to its end and return what it printed."""
        _, output = self.start(script, *arguments)
        await_true(lambda: "end\n" in output.read_text() or "Traceback" in output.read_text())
        text = output.read_text()
        assert "Traceback" not in text, text
        return text.removesuffix("end\n")

    def stop(self):
        self.mother.communicate()
        if self.broker is not None:
            self.kill_broker()


def kill(pid):
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
