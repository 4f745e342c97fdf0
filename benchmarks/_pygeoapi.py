"""A peer for the places API: pygeoapi, by its GeoParquet provider and gunicorn with one worker.

MADANG_PYGEOAPI names a Python that has pygeoapi, gunicorn, geopandas and s3fs; without it there is no peer.
"""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

from _web import Asking

from madang.project.pytest_plugin import find_free_port

PYTHON = os.environ.get("MADANG_PYGEOAPI", "")
CONFIGURATION = """
server:
  bind: {{host: 127.0.0.1, port: {port}}}
  url: http://127.0.0.1:{port}
  mimetype: application/json; charset=UTF-8
  encoding: utf-8
  gzip: false
  languages: [en-US]
  pretty_print: false
  limits: {{default_items: 10, max_items: 10000}}
  map: {{url: "https://tile.example/", attribution: none}}
logging: {{level: ERROR}}
metadata:
  identification: {{title: peer, description: peer, keywords: [peer], keywords_type: theme, terms_of_service: none, url: "http://127.0.0.1"}}
  license: {{name: CC0, url: "http://127.0.0.1"}}
  provider: {{name: peer, url: "http://127.0.0.1"}}
  contact: {{name: peer}}
resources:
  bench:
    type: collection
    title: bench
    description: bench
    keywords: [bench]
    links: []
    extents: {{spatial: {{bbox: [126, 37, 128, 38], crs: "http://www.opengis.net/def/crs/OGC/1.3/CRS84"}}}}
    providers:
      - {{type: feature, name: Parquet, data: {{source: {source}}}, id_field: id, x_field: lon, y_field: lat}}
"""
TURN = """
import sys, geopandas
table = geopandas.read_file(sys.argv[1])
names = [name for name in table.columns if name != table.geometry.name]
table.astype({name: object for name in names if table[name].dtype == "str"}).to_parquet(sys.argv[2])
"""  # texts as the provider knows them: it reads no large_string


class Peer:
    """A running pygeoapi with the points of a GeoPackage in its one collection `bench`."""

    def __init__(self, package: Path) -> None:
        folder = package.parent
        self.port = find_free_port()
        source, configuration, openapi = (
            folder / name for name in ("bench.parquet", "peer.yml", "peer-openapi.yml")
        )
        subprocess.run([PYTHON, "-c", TURN, str(package), str(source)], check=True)  # noqa: S603
        configuration.write_text(CONFIGURATION.format(port=self.port, source=source))
        environment = os.environ | {"PYGEOAPI_CONFIG": str(configuration), "PYGEOAPI_OPENAPI": str(openapi)}
        program = "from pygeoapi import cli; cli()"
        command = [
            PYTHON,
            "-c",
            program,
            "openapi",
            "generate",
            str(configuration),
            "--output-file",
            str(openapi),
        ]
        subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL)  # noqa: S603
        server = [PYTHON, "-m", "gunicorn", "-w", "1", "-b", f"127.0.0.1:{self.port}", "--log-level", "error"]
        self.process = subprocess.Popen(  # noqa: S603
            [*server, "pygeoapi.flask_app:APP"], env=environment, stdout=subprocess.DEVNULL
        )
        self._await()

    def find_processes(self) -> list[int]:
        """Return the ids of its processes."""
        found = [self.process.pid]
        for path in Path("/proc").glob("[0-9]*/stat"):
            try:
                parent = path.read_text().rpartition(")")[2].split()[1]
            except OSError:
                continue
            if int(parent) == self.process.pid:
                found.append(int(path.parent.name))
        return found

    def stop(self) -> None:
        """End it."""
        self.process.terminate()
        self.process.wait(20)

    def _await(self) -> None:
        deadline = time.monotonic() + 60
        while True:
            try:
                Asking(self.port).get("/collections/bench/items?limit=1&f=json")
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.2)
            else:
                return
