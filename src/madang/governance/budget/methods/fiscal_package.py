"""Budget lines as a Fiscal Data Package: a CSV and the descriptor that says what its columns mean."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Callable, Sequence

from madang.core.base.interface import BadInput
from madang.governance.budget.methods.fiscal_model import describe_dimensions, describe_measures, name_english
from madang.governance.budget.methods.fiscal_schema import describe_columns, describe_extra
from madang.governance.budget.records import (
    BudgetLine,
    FiscalPackage,
    Level,
    Measure,
    PackageAbout,
)

PROFILE = "tabular-data-package"
"""What the fiscal profile's own JSON Schema asks for; it refuses the word "fiscal-data-package"."""
CSV_PATH = "data/budget.csv"
TAXONOMY = "https://frictionlessdata.io/taxonomies/fiscal/budgets.json"
NAME = re.compile(r"[-a-z0-9._/]+")


def build_package(
    lines: Sequence[BudgetLine], about: PackageAbout, english: Callable[[str], str]
) -> FiscalPackage:
    """Return the package of `lines`, which have the same levels and measures. The same lines give the same bytes.

    The CSV (UTF-8, RFC 4180) has a row for each line, in their order: `line_id` ("year-row"), `fiscal_year`, a
    column for each level, one for its name in English (`…_en`, as `english` says it, "" where it doesn't), and one for
    each measure in won, empty where nothing was stated. The descriptor follows
    Fiscal Data Package 1.0rc1 (ColumnTypes, `normalize`) and 0.3 (`model`): specs.frictionlessdata.io.

    Raises
    ------
    BadInput
        `package_empty`, `package_name` (a character that a name may not have), `package_mixed` (lines of different
        columns), `line_repeated` (two lines of the same year and row).
    """
    levels, measures = _list_columns(lines)
    if not NAME.fullmatch(about.name):
        raise BadInput(
            "package_name",
            "패키지 이름은 영문 소문자, 숫자, '.', '_', '-', '/'만 쓸 수 있습니다.",
            "A package's name has lower case letters, digits, '.', '_', '-' and '/' only.",
            name=about.name,
        )
    content = _write_csv(lines, levels, measures, english)
    return FiscalPackage(
        descriptor=_describe(lines, levels, measures, about, content), csv_path=CSV_PATH, csv=content
    )


def _list_columns(lines: Sequence[BudgetLine]) -> tuple[tuple[Level, ...], tuple[Measure, ...]]:
    if not lines:
        raise BadInput("package_empty", "내보낼 예산이 없습니다.", "There are no lines to publish.")
    levels, measures = set(lines[0].names), set(lines[0].amounts)
    if any(set(line.names) != levels or set(line.amounts) != measures for line in lines):
        raise BadInput(
            "package_mixed",
            "열이 서로 다른 예산을 한 파일로 내보낼 수 없습니다.",
            "Lines of different columns can't be published as one file.",
        )
    if len({(line.fiscal_year, line.row) for line in lines}) < len(lines):
        raise BadInput(
            "line_repeated",
            "같은 회계연도와 행 번호를 가진 예산이 둘 있습니다.",
            "Two lines have the same fiscal year and row.",
        )
    return tuple(one for one in Level if one in levels), tuple(one for one in Measure if one in measures)


def _write_csv(
    lines: Sequence[BudgetLine],
    levels: Sequence[Level],
    measures: Sequence[Measure],
    english: Callable[[str], str],
) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    named = [column for level in levels for column in (level.value, name_english(level))]
    writer.writerow(["line_id", "fiscal_year", *named, *measures])
    for line in lines:
        amounts = (line.amounts[measure] for measure in measures)
        writer.writerow(
            [
                _name_line(line),
                line.fiscal_year,
                *(name for level in levels for name in (line.names[level], english(line.names[level]))),
                *("" if amount is None else amount for amount in amounts),
            ]
        )
    return text.getvalue().encode()


def _name_line(line: BudgetLine) -> str:
    return f"{line.fiscal_year}-{line.row}"


def _describe(
    lines: Sequence[BudgetLine],
    levels: Sequence[Level],
    measures: Sequence[Measure],
    about: PackageAbout,
    content: bytes,
) -> dict[str, object]:
    years = [line.fiscal_year for line in lines]
    return {
        "profile": PROFILE,
        "name": about.name,
        "title": about.title,
        **({"description": about.description} if about.description else {}),
        "countryCode": about.country_code,
        "granularity": "aggregated",
        "fiscalPeriod": {"start": f"{min(years)}-01-01", "end": f"{max(years)}-12-31"},
        "licenses": [{"name": about.licence_name, "title": about.licence_title, "path": about.licence_url}],
        **(
            {"sources": [{"title": title, "path": path} for title, path in about.sources]}
            if about.sources
            else {}
        ),
        "columnTypes": [TAXONOMY],
        "resources": [_describe_resource(levels, measures, about, content)],
        "model": {
            "measures": describe_measures(
                measures, currency_code=about.currency_code, is_revenue=about.is_revenue
            ),
            "dimensions": describe_dimensions(levels),
        },
    }


def _describe_resource(
    levels: Sequence[Level], measures: Sequence[Measure], about: PackageAbout, content: bytes
) -> dict[str, object]:
    return {
        "profile": "tabular-data-resource",
        "name": "budget",
        "path": CSV_PATH,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": len(content),
        "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
        "schema": {
            "fields": describe_columns(levels, measures),
            "extraFields": describe_extra(about),
            "missingValues": [""],
            "primaryKey": ["line_id"],
        },
    }
