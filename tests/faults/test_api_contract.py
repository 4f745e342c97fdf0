"""The API does what its description says, whoever asks and whatever they ask it."""

from __future__ import annotations

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, Verbosity, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
EXAMPLES = 4
ASKING = ("anonymous", "data-officer", "admin")
# It never ends: it has tests of its own.
ENDLESS = "/live"


@pytest.fixture(scope="module")
def own_dataset(target):
    return target.import_file(
        "계약 시험.csv", "구,값,lon,lat\n종로구,1,126.97,37.57\n중구,2,126.99,37.56\n".encode()
    )


@pytest.fixture(scope="module")
def description(target):
    return target.clients["anonymous"].get("/openapi.json").json()


def name_what_exists(description, own_dataset):
    """Let half of the addresses lead to a record, since made-up names only ever find nothing."""
    known = {
        "name": [own_dataset],
        "thing_id": ["AIR-SENSOR-00001"],
        "layer": ["districts", "legal_dongs"],
        "system": ["legal", "kostat"],
        "code": ["11110", "11010"],
    }
    for methods in description["paths"].values():
        for operation in methods.values():
            for parameter in operation["parameters"]:
                if parameter["in"] == "path" and parameter["name"] in known:
                    parameter["schema"] = {"anyOf": [{"enum": known[parameter["name"]]}, parameter["schema"]]}
    return description


def test_the_description_is_valid_openapi(description):
    assert description["openapi"].startswith("3.1")
    schemathesis.openapi.from_dict(description).validate()


def sign_in(target, who):
    session = requests.Session()
    session.cookies.update(dict(target.clients[who].cookies))
    session.headers.update(
        {name: target.clients[who].headers.get(name, "") for name in ("X-CSRFToken", "Referer")}
    )
    return session


def test_every_operation_keeps_its_description(target, description, own_dataset):
    """Ask each question as every one of them: to think of questions costs more than to ask."""
    schema = schemathesis.openapi.from_dict(name_what_exists(description, own_dataset))
    schema.config.update(base_url=target.url)
    sessions = {who: sign_in(target, who) for who in ASKING}
    failures, answered = [], {who: set() for who in ASKING}
    for result in schema.get_all_operations():
        operation = result.ok()
        if operation.path == ENDLESS:
            continue

        @given(case=operation.as_strategy())
        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            derandomize=True,
            database=None,
            phases=[Phase.generate],
            verbosity=Verbosity.quiet,
            suppress_health_check=list(HealthCheck),
        )
        def ask(case):
            for who, session in sessions.items():
                answer = case.call(session=session, timeout=60)
                answered[who].add(answer.status_code)
                try:
                    case.validate_response(answer, checks=CHECKS)
                except Exception as error:
                    failures.append(f"{case.operation.label} by {who}: {error}")

        try:
            ask()
        except Exception as error:
            failures.append(f"{operation.label}: {error}")
    assert not failures, "\n\n".join(failures)
    assert [who for who in ASKING if 200 not in answered[who]] == []
    assert target.faults() == []
