"""Documents say what the code does: generated pages are up to date, and every setting is in them."""

import re
import tomllib
from pathlib import Path

import pytest

from madang.core.base.interface import SETTINGS, BadInput, list_manifests, read_settings
from madang.project.documents import DOCS, render_documents

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("name", sorted(render_documents()))
def test_a_generated_page_is_up_to_date(name):
    assert (DOCS / name).read_text("utf-8") == render_documents()[name], "run: make docs"


def test_every_setting_is_documented():
    text = (DOCS / "settings.md").read_text("utf-8")
    assert [setting.name for setting in SETTINGS if f"`{setting.name}`" not in text] == []


def test_every_setting_the_code_reads_is_declared():
    declared = {setting.name for setting in SETTINGS} | {"data_path", "own_host"}
    read = set()
    for path in (ROOT / "src").rglob("*.py"):
        for piece in path.read_text("utf-8").split("MADANG.")[1:]:
            name = piece[
                : next((i for i, c in enumerate(piece) if not (c.isalnum() or c == "_")), len(piece))
            ]
            read.add(name)
    assert read - declared - {""} == set()


def test_unknown_and_wrong_settings_are_refused(tmp_path):
    config = tmp_path / "madang.toml"
    config.write_text("colour = 'red'\n")
    with pytest.raises(BadInput, match="colour"):
        read_settings({"MADANG_CONFIG": str(config)})
    with pytest.raises(BadInput, match="port"):
        read_settings({"MADANG_PORT": "eighty", "MADANG_CONFIG": "none"})


def test_the_environment_wins_over_the_file(tmp_path):
    config = tmp_path / "madang.toml"
    config.write_text("port = 9000\nhost = '0.0.0.0'\n")
    settings = read_settings({"MADANG_CONFIG": str(config), "MADANG_PORT": "9001"})
    assert (settings.port, settings.host) == (9001, "0.0.0.0")


def test_service_names_and_incident_kinds_are_in_the_glossary():
    terms = tomllib.loads((DOCS / "glossary.toml").read_text("utf-8"))["term"]
    words = {
        word for term in terms for word in re.findall(r"[a-z_]+", term["code"] + " " + term["en"].lower())
    }
    for manifest in list_manifests():
        if manifest.is_service:
            assert manifest.name in words, f"{manifest.name} isn't in docs/glossary.toml"
            for kind in manifest.incident_kinds:
                assert set(re.findall(r"[a-z]+", kind)) <= {p for w in words for p in w.split("_")}, kind
