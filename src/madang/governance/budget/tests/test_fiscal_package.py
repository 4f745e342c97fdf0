"""A published budget is read back to the won by other software, and says what its columns mean."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from madang.core.base.interface import BadInput
from madang.governance.budget.methods.fiscal_model import COLUMN_TYPES, DIMENSIONS
from madang.governance.budget.methods.fiscal_package import build_package
from madang.governance.budget.methods.import_table import read_table
from madang.governance.budget.records import BudgetLine, Level, Measure, PackageAbout

ABOUT = PackageAbout(
    name="seoul-digital-2022", title="2022 디지털정책관 세출", sources=(("업무보고", "https://example.org"),)
)
names = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\r\n\0"), max_size=12)
amounts = st.one_of(st.none(), st.integers(-(10**16), 10**16))


@st.composite
def budgets(draw):
    levels = draw(st.lists(st.sampled_from(Level), min_size=1, unique=True))
    measures = draw(st.lists(st.sampled_from(Measure), min_size=1, unique=True))
    return [
        BudgetLine(
            row=row,
            fiscal_year=draw(st.integers(2000, 2030)),
            names={level: draw(names) for level in levels},
            amounts={measure: draw(amounts) for measure in measures},
        )
        for row in range(2, 2 + draw(st.integers(1, 6)))
    ]


def speak(name):
    return f"<{name}>" if name else ""


def read_back(package):
    return list(csv.DictReader(io.StringIO(package.csv.decode(), newline="")))


@settings(deadline=None)
@given(budgets())
def test_every_line_is_read_back_to_the_won(lines):
    package = build_package(lines, ABOUT, speak)
    rows = read_back(package)
    assert len(rows) == len(lines)
    for line, row in zip(lines, rows, strict=True):
        assert (row["line_id"], row["fiscal_year"]) == (
            f"{line.fiscal_year}-{line.row}",
            str(line.fiscal_year),
        )
        assert {level: row[level.value] for level in line.names} == line.names
        assert {level: row[f"{level.value}_en"] for level in line.names} == {
            level: speak(name) for level, name in line.names.items()
        }
        assert {one: int(row[one.value]) if row[one.value] else None for one in line.amounts} == line.amounts


@settings(deadline=None)
@given(budgets())
def test_the_descriptor_describes_exactly_the_columns(lines):
    package = build_package(lines, ABOUT, speak)
    descriptor = json.loads(json.dumps(package.descriptor))
    (resource,) = descriptor["resources"]
    fields = [field["name"] for field in resource["schema"]["fields"]]
    assert fields == package.csv.decode().splitlines()[0].split(",")
    assert resource["hash"] == f"sha256:{hashlib.sha256(package.csv).hexdigest()}"
    assert (resource["path"], resource["bytes"]) == (package.csv_path, len(package.csv))
    extra = {field["name"] for field in resource["schema"]["extraFields"]}
    amounts_ = [field for field in resource["schema"]["fields"] if "normalize" in field]
    assert all(set(field["normalize"]) <= extra for field in amounts_)
    assert len({json.dumps(field["normalize"]) for field in amounts_}) == len(amounts_), (
        "phases tell amounts apart"
    )
    model = descriptor["model"]
    of_model = [
        *model["measures"],
        *(one for dim in model["dimensions"].values() for one in dim["attributes"]),
    ]
    assert sorted(of_model) == sorted(fields), "each column is in the model once"
    for dimension in model["dimensions"].values():
        labels = {one for one in dimension["attributes"] if one.endswith("_en")}
        assert {dimension["attributes"][one]["labelfor"] for one in labels} == {
            one.removesuffix("_en") for one in labels
        }
        assert dimension["attributes"].keys() - labels == set(dimension["primaryKey"])
        assert all(
            one.get("parent") in {None, *dimension["attributes"]} for one in dimension["attributes"].values()
        )


@settings(deadline=None)
@given(budgets())
def test_the_same_lines_give_the_same_bytes(lines):
    assert build_package(lines, ABOUT, speak) == build_package(lines, ABOUT, speak)


def test_every_level_has_its_meaning():
    assert set(COLUMN_TYPES) == set(Level) == {level for one in DIMENSIONS for level in one.levels}
    assert len(set(COLUMN_TYPES.values())) == len(Level)


def make_line(row=2, **change):
    return BudgetLine(
        **{"row": row, "fiscal_year": 2022, "names": {Level.PROJECT: "가"}, "amounts": {Measure.CURRENT: 1}}
        | change
    )


@pytest.mark.parametrize(
    ("lines", "name", "code"),
    [
        ([], "a", "package_empty"), ([make_line()], "예산", "package_name"), ([make_line()], "", "package_name"),
        ([make_line(), make_line()], "a", "line_repeated"), ([make_line(), make_line(3, names={Level.ITEM: ""})], "a", "package_mixed"),
    ],
)  # fmt: skip
def test_what_cannot_be_published_is_refused(lines, name, code):
    with pytest.raises(BadInput) as why:
        build_package(lines, PackageAbout(name=name, title=""), speak)
    assert why.value.code == code


def test_revenue_says_so():
    descriptor = build_package(
        [make_line()], PackageAbout(name="a", title="", is_revenue=True), speak
    ).descriptor
    assert descriptor["model"]["measures"]["current_budget_krw"]["direction"] == "revenue"


def test_the_national_budget_is_valid_for_frictionless(municipal_files, tmp_path):
    """The package is read by the reference implementation of Data Packages, and keeps the total to the won."""
    frictionless = pytest.importorskip("frictionless")
    path = municipal_files / "budget" / "budget2023.csv.gz"
    if not path.exists():
        pytest.skip("the national budget is not at hand")
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        table = read_table(csv.reader(file))
    package = build_package(table.lines, PackageAbout(name="national-budget-2023", title="2023 예산"), speak)
    (tmp_path / package.csv_path).parent.mkdir()
    (tmp_path / package.csv_path).write_bytes(package.csv)
    (tmp_path / "datapackage.json").write_text(json.dumps(package.descriptor, ensure_ascii=False), "utf-8")
    report = frictionless.validate(str(tmp_path / "datapackage.json"))
    assert report.valid, report.flatten(["type", "message"])[:5]
    rows = frictionless.Package(str(tmp_path / "datapackage.json")).resources[0].read_rows()
    assert sum(row["original_krw"] for row in rows) == 1_427_098_354_700_000
