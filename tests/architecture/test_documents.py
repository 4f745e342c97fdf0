"""Documents say what the code does: generated pages are up to date, and every setting is in them."""

import ast
import re
import tomllib
from pathlib import Path

import pytest

from madang.core.base.interface import (
    SETTINGS,
    BadInput,
    NotFound,
    list_manifests,
    list_unknown_variables,
    read_settings,
)
from madang.project.command_line import find_exposure
from madang.project.documents import DOCS, render_documents

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("name", sorted(render_documents()))
def test_a_generated_page_is_up_to_date(name):
    assert (DOCS / name).read_text("utf-8") == render_documents()[name], "run: make docs"


def test_every_setting_is_documented():
    text = (DOCS / "settings.md").read_text("utf-8")
    assert [setting.name for setting in SETTINGS if f"`{setting.name}`" not in text] == []


def test_every_setting_the_code_reads_is_declared():
    declared = {setting.name for setting in SETTINGS} | {"data_path", "own_host", "make_data_folder"}
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
    config.write_text("prot = 80\n")
    with pytest.raises(BadInput, match="did you mean port"):
        read_settings({"MADANG_CONFIG": str(config)})
    with pytest.raises(BadInput, match="port"):
        read_settings({"MADANG_PORT": "eighty", "MADANG_DATA": str(tmp_path / "none")})
    with pytest.raises(NotFound, match="MADANG_CONFIG"):
        read_settings({"MADANG_CONFIG": str(tmp_path / "none.toml")})


@pytest.mark.parametrize(
    ("name", "wrong", "right"),
    [
        ("port", "70000", "0"),
        ("web_workers", "0", "2"),
        ("demo_speed", "61", "60"),
        ("upload_limit_mb", "-5", "1"),
        ("log_level", "loud", "DEBUG"),
        ("host", "http://0.0.0.0", "::1"),
        ("public_url", "city.example", "https://city.example/"),
        ("public_url", "https://city.example/madang", "http://10.1.2.3:8080"),
        ("database_url", "mysql://city/registers", "postgresql://u:p@db:5432/registers"),
        ("database_url", "registers", "postgresql:///registers?host=/run/postgresql"),
        ("smtp_url", "mail.example:25", "smtp://u:p@mail.example:587"),
        ("oidc_providers", "[{]", '[{"provider_id": "gov"}]'),
        ("oidc_providers", '{"provider_id": "gov"}', "[]"),
        ("hand_over_networks", "10.20.0.0/40", "10.20.0.0/16, 10.30.0.0/16"),
        ("fire_119_url", "119", "http://10.1.1.9/alarms"),
    ],
)
def test_a_setting_that_cannot_work_is_refused_by_name(name, wrong, right, tmp_path):
    elsewhere = {"MADANG_DATA": str(tmp_path)}
    with pytest.raises(BadInput, match=name):
        read_settings(elsewhere | {f"MADANG_{name.upper()}": wrong})
    assert read_settings(elsewhere | {f"MADANG_{name.upper()}": right})


def test_an_empty_variable_leaves_the_default_and_an_unknown_one_is_named(tmp_path):
    settings = read_settings({"MADANG_DATA": str(tmp_path), "MADANG_PORT": ""})
    assert settings.port == 8080
    assert list_unknown_variables({"MADANG_PROT": "1", "MADANG_PORT": "2", "HOME": "/"}) == ["MADANG_PROT"]


def test_a_new_data_folder_is_its_owners_alone(tmp_path):
    folder = read_settings({"MADANG_DATA": str(tmp_path / "a" / "city")}).make_data_folder()
    assert folder.stat().st_mode & 0o777 == 0o700
    (tmp_path / "file").touch()
    with pytest.raises(BadInput, match="--data"):
        read_settings({"MADANG_DATA": str(tmp_path / "file")}).make_data_folder()


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({}, ""),
        ({"HOST": "0.0.0.0"}, "encrypts"),
        ({"HOST": "0.0.0.0", "BEHIND_TLS": "yes"}, ""),
        ({"PUBLIC_URL": "https://city.example"}, "cookies"),
        ({"PUBLIC_URL": "https://city.example", "BEHIND_TLS": "yes"}, ""),
    ],
)
def test_a_house_without_tls_that_others_reach_is_told(values, said, tmp_path):
    environment = {f"MADANG_{name}": value for name, value in values.items()}
    exposed = find_exposure(read_settings(environment | {"MADANG_DATA": str(tmp_path)}))
    assert bool(exposed) == bool(said)
    assert exposed is None or said in exposed.en


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


def test_what_findings_give_as_evidence_has_words():
    said = {name for manifest in list_manifests() for name in manifest.evidence}
    given = set()
    for path in (ROOT / "src").rglob("*.py"):
        text = path.read_text("utf-8")
        if "evidence=" not in text or "tests" in path.parts:
            continue
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.keyword) and node.arg == "evidence":
                dicts = [one for one in ast.walk(node.value) if isinstance(one, ast.Dict)]
                given |= {key.value for one in dicts for key in one.keys if isinstance(key, ast.Constant)}
    assert "table" in given
    assert given <= said
