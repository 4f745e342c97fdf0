"""A data folder and processes on it that are killed at will."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import time
from contextlib import closing

# One process loads the house and forks the others, since loading takes seconds.
FORK = """
import json, os, signal, sys, time, traceback
import django
django.setup()
from madang.core.base.interface import HOUSE, Finding, Severity, Text, now
from madang.core.incidents import interface as incidents
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
for line in sys.stdin:
    order = json.loads(line)
    pid = os.fork()
    if pid == 0:
        os.dup2(os.open(order["output"], os.O_WRONLY | os.O_CREAT | os.O_APPEND), 1)
        try:
            exec(order["script"], globals() | {"arguments": order["arguments"]})
            print("end", flush=True)
        except BaseException:
            traceback.print_exc()
        os._exit(0)
    print(pid, flush=True)
"""


class City:
    """A data folder and the processes that work on it."""

    def __init__(self, folder, **environment):
        folder.mkdir()
        self.environment = {k: v for k, v in os.environ.items() if not k.startswith("MADANG_")} | {
            "MADANG_DATA": str(folder),
            "MADANG_DEMO": "no",
            "MADANG_LOG_LEVEL": "error",
            "DJANGO_SETTINGS_MODULE": "madang.project.settings",
            **environment,
        }

        self.folder = folder
        self.mother = subprocess.Popen(
            [sys.executable, "-c", FORK],
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.outputs = []

    def start(self, script, *arguments):
        output = self.folder / f"output-{len(self.outputs)}"
        output.touch()
        self.outputs.append(output)
        order = {"script": script, "arguments": arguments, "output": str(output)}
        self.mother.stdin.write(json.dumps(order) + "\n")
        self.mother.stdin.flush()
        return int(self.mother.stdout.readline()), output

    def read(self, query):
        with closing(sqlite3.connect(self.folder / "registers.sqlite")) as database:
            return database.execute(query).fetchall()


def await_true(condition, timeout_s=60):
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)
