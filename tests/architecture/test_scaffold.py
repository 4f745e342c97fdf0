"""`make service` writes a service that passes every check of the house from its first minute."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


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
    done = subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True, timeout=110)
    return done.returncode, done.stdout + done.stderr


def test_a_new_service_passes_every_check(copy_of_the_tree):
    tree = copy_of_the_tree
    words = ("infrastructure", "bicycle_counters", "자전거 계수기", "Bicycle counters")
    assert run(tree, sys.executable, "-m", "madang.project.scaffold", *words)[0] == 0
    folder = "src/madang/infrastructure/bicycle_counters"
    ruff = str(Path(sys.executable).parent / "ruff")
    for check in (("check", folder), ("format", "--check", folder)):
        code, said = run(tree, ruff, *check)
        assert code == 0, said
    tests = (folder, "tests/architecture/test_contracts.py", "tests/architecture/test_documents.py")
    code, said = run(tree, sys.executable, "-m", "pytest", "-n0", *tests)
    assert code == 0, said


@pytest.mark.parametrize(
    "words",
    [
        ("kitchen", "pots", "냄비", "Pots"),
        ("citizens", "Pots!", "냄비", "Pots"),
        ("citizens", "pots"),
        *[
            ("citizens", name, "냄비", "Pots")
            for name in ("class", "cctv", "things", "desk", "datasets", "api")
        ],
    ],
)
def test_a_service_that_can_not_be_is_refused(copy_of_the_tree, words):
    code, said = run(copy_of_the_tree, sys.executable, "-m", "madang.project.scaffold", *words)
    assert code == 2
    assert "Example" in said
