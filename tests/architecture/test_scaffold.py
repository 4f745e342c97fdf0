"""`make service` writes a service that passes every check of the house from its first minute."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


WAY_IN = '''"""What is posted is in the stream."""

from datetime import timedelta

import msgspec
import pytest
from starlette.testclient import TestClient

from madang.core.base.interface import HOUSE, now
from madang.core.lake.interface import list_tables
from madang.core.things.interface import register_declared_kinds, register_thing
from madang.infrastructure.parking.api import ROUTES, Reading, take_readings
from madang.infrastructure.parking.doors import draw
from madang.infrastructure.parking.pages import SPACES
from madang.infrastructure.parking.tables import READINGS
from madang.project.asgi import application

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_stream_is_declared_with_its_rollups():
    names = {table.name for table in list_tables()}
    assert {READINGS.name, f"{READINGS.name}_hour", f"{READINGS.name}_day"} <= names


def test_readings_are_taken_only_from_who_may():
    body = msgspec.json.encode([Reading(thing_id="P1", observed_at=now(), occupied=True)])
    assert TestClient(application).post(ROUTES[0].path, content=body).status_code == 401


def test_readings_are_acknowledged(broker_url):
    request = type("Request", (), {"state": type("State", (), {"actor": HOUSE})})
    moments = (now(), now() + timedelta(days=3))
    readings = [Reading(thing_id="P1", observed_at=moment, occupied=True) for moment in moments]
    assert take_readings(request, None, readings).rows_kept == 1


def test_what_is_registered_stands_in_the_list_and_on_the_citys_map():
    register_declared_kinds(actor=HOUSE, now=now())
    space = {"kind": "parking_sensor", "name": "1면", "agency_code": "city", "lon": 126.98, "lat": 37.57}
    register_thing(actor=HOUSE, now=now(), thing_id="P1", values=space)
    for state, count in {"unknown": 1, "yes": 0}.items():
        assert len(SPACES.rows(actor=HOUSE, search="1면", filters={"occupied": state})) == count
    assert draw("ko").rows[2][1] == 1
'''


@pytest.fixture
def copy_of_the_tree(tmp_path):
    tree = tmp_path / "tree"
    tree.mkdir()
    for name in ("src", "tests", "docs"):
        ignored = shutil.ignore_patterns("__pycache__", "dist", "node_modules")
        shutil.copytree(ROOT / name, tree / name, ignore=ignored)
    for name in ("pytest.ini", "ruff.toml"):
        shutil.copy(ROOT / name, tree / name)
    dist = "src/madang/core/pages/static/dist"
    (tree / dist).parent.mkdir(parents=True, exist_ok=True)
    (tree / dist).symlink_to(ROOT / dist)
    return tree


def run(tree, *command):
    environment = os.environ | {"PYTHONPATH": str(tree / "src")}
    done = subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True, timeout=240)
    return done.returncode, done.stdout + done.stderr


def pass_every_check(tree, folder):
    ruff = str(Path(sys.executable).parent / "ruff")
    for check in (("check", folder), ("format", "--check", folder)):
        code, said = run(tree, ruff, *check)
        assert code == 0, said
    tests = (folder, "tests/architecture/test_contracts.py", "tests/architecture/test_documents.py")
    code, said = run(tree, sys.executable, "-m", "pytest", "-n0", *tests)
    assert code == 0, said


def test_a_new_service_passes_every_check(copy_of_the_tree):
    tree = copy_of_the_tree
    words = (
        "infrastructure",
        "bicycle_counters",
        "다리 위 자전거 계수기",
        "Citizens' bicycles & bridges, A/B",
    )
    assert run(tree, sys.executable, "-m", "madang.project.scaffold", *words)[0] == 0
    pass_every_check(tree, "src/madang/infrastructure/bicycle_counters")


def test_the_page_on_making_a_service_holds_to_the_letter(copy_of_the_tree):
    tree = copy_of_the_tree
    page = (ROOT / "docs/how-to/make-a-service.md").read_text("utf-8")
    words = dict(re.findall(r"(CHAPTER|NAME|KO|EN)=(\S+)", page))
    command = [words[name] for name in ("CHAPTER", "NAME", "KO", "EN")]
    assert run(tree, sys.executable, "-m", "madang.project.scaffold", *command)[0] == 0
    folder = tree / "src/madang" / words["CHAPTER"] / words["NAME"]
    tables, kinds, term, things = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    manifest = (folder / "service.toml").read_text("utf-8")
    (folder / "service.toml").write_text(
        manifest.replace("[title]", f"{tables}[title]") + kinds + things, "utf-8"
    )
    with (tree / "docs/glossary.toml").open("a", encoding="utf-8") as glossary:
        glossary.write("\n" + term)
    for code in re.findall(r"```python\n(.*?)```", page, re.DOTALL):
        first, rest = code.split("\n", 1)
        sentence, name = first.split("  # ")
        (folder / name).write_text(f"{sentence}\n{rest}", "utf-8")
    before, after = re.search(r"In `urls.py`, `(.*?)` becomes `(.*?)`", page).groups()
    addresses = (folder / "urls.py").read_text("utf-8").replace(before, after)
    (folder / "urls.py").write_text(addresses, "utf-8")
    assert run(tree, sys.executable, "-m", "madang.project.documents")[0] == 0
    (folder / "tests/test_the_way_in.py").write_text(WAY_IN, "utf-8")
    pass_every_check(tree, str(folder.relative_to(tree)))


REFUSED = (
    ("kitchen", "pots", "냄비", "Pots"),
    ("citizens", "Pots!", "냄비", "Pots"),
    ("citizens", "pots"),
    ("citizens", "pots", "냄비\\x", "Pots"),
    ("citizens", "pots", "냄비", "{{ Pots }}"),
    *(("citizens", name, "냄비", "Pots") for name in ("class", "cctv", "things", "desk", "datasets", "api")),
)
TRY_EACH = """
import json, sys
from madang.project.scaffold.__main__ import main
for words in json.loads(sys.argv.pop()):
    sys.argv[1:] = words
    print("refused" if main() == 2 else words)
"""


def test_a_service_that_can_not_be_is_refused(copy_of_the_tree):
    code, said = run(copy_of_the_tree, sys.executable, "-c", TRY_EACH, json.dumps(REFUSED))
    assert code == 0, said
    assert said.count("refused\n") == said.count("Example") == len(REFUSED)
