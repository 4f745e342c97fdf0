"""Words for what the lake stores as codes: categories, licences, states, repairs, reasons."""

from __future__ import annotations

from madang.core.base.interface import Text, read_pair

# The twelve categories of Seoul's open data plaza.
CATEGORIES: dict[str, Text] = {
    "administration": Text(ko="일반행정", en="Administration"),
    "population": Text(ko="인구·가구", en="Population"),
    "transport": Text(ko="교통", en="Transport"),
    "safety": Text(ko="안전", en="Safety"),
    "environment": Text(ko="환경", en="Environment"),
    "welfare": Text(ko="복지", en="Welfare"),
    "health": Text(ko="보건", en="Health"),
    "culture": Text(ko="문화·관광", en="Culture and tourism"),
    "education": Text(ko="교육", en="Education"),
    "industry": Text(ko="산업·경제", en="Industry and economy"),
    "housing": Text(ko="주택·건설", en="Housing and construction"),
    "city": Text(ko="도시관리", en="City management"),
}
LICENCES: dict[str, Text] = {
    "KOGL-1": Text(ko="공공누리 제1유형 (출처표시)", en="KOGL type 1 (attribution)"),
    "KOGL-2": Text(ko="공공누리 제2유형 (출처표시, 상업 이용 금지)", en="KOGL type 2 (non-commercial)"),
    "KOGL-3": Text(ko="공공누리 제3유형 (출처표시, 변경 금지)", en="KOGL type 3 (no derivatives)"),
    "KOGL-4": Text(
        ko="공공누리 제4유형 (출처표시, 상업 이용·변경 금지)",
        en="KOGL type 4 (non-commercial, no derivatives)",
    ),
    "CC-BY-4.0": Text(ko="CC BY 4.0 (저작자표시)", en="CC BY 4.0"),
    "CC0-1.0": Text(ko="CC0 1.0 (자유 이용)", en="CC0 1.0"),
}
STATES: dict[str, Text] = {
    "draft": Text(ko="초안", en="Draft"),
    "published": Text(ko="공개", en="Published"),
    "withdrawn": Text(ko="내림", en="Withdrawn"),
}
IMPORT_STATES: dict[str, Text] = {
    "queued": Text(ko="순서를 기다리는 중", en="Waiting its turn"),
    "reading": Text(ko="파일을 읽는 중", en="Reading the file"),
    "previewed": Text(ko="결정을 기다림", en="Waiting for your decision"),
    "writing": Text(ko="저장하는 중", en="Storing the rows"),
    "done": Text(ko="마침", en="Done"),
    "failed": Text(ko="읽지 못함", en="Couldn't be read"),
    "cancelled": Text(ko="취소함", en="Cancelled"),
    "undone": Text(ko="되돌림", en="Taken back"),
}
PROMISES: dict[int, Text] = {
    3600: Text(ko="매시간", en="Every hour"),
    86_400: Text(ko="매일", en="Every day"),
    7 * 86_400: Text(ko="매주", en="Every week"),
    31 * 86_400: Text(ko="매월", en="Every month"),
    92 * 86_400: Text(ko="분기마다", en="Every quarter"),
    366 * 86_400: Text(ko="매년", en="Every year"),
}
TYPES: dict[str, Text] = {
    "text": Text(ko="글자", en="text"),
    "integer": Text(ko="정수", en="whole number"),
    "number": Text(ko="수", en="number"),
    "boolean": Text(ko="예/아니요", en="yes/no"),
    "date": Text(ko="날짜", en="date"),
    "datetime": Text(ko="일시", en="date and time"),
    "time": Text(ko="시각", en="time of day"),
}
FIXES: dict[str, Text] = {
    "blank_lines_skipped": Text(ko="빈 줄을 건너뛰었습니다", en="blank lines skipped"),
    "blank_rows_skipped": Text(ko="빈 행을 건너뛰었습니다", en="blank rows skipped"),
    "codes_damaged_by_excel": Text(
        ko="엑셀이 지수로 바꿔 놓은 코드를 표시했습니다", en="codes damaged by Excel (1.23E+12) marked"
    ),
    "codes_padded": Text(ko="엑셀이 지운 코드 앞의 0을 되살렸습니다", en="leading zeros of codes restored"),
    "commas_joined": Text(
        ko="쉼표로 갈라진 값을 하나로 이었습니다", en="values cut at their own commas put together"
    ),
    "comment_lines_skipped": Text(ko="설명 줄을 건너뛰었습니다", en="comment lines skipped"),
    "coordinates_abroad": Text(
        ko="나라 밖을 가리키는 좌표입니다 (그대로 둠)", en="coordinates outside the country, kept"
    ),
    "coordinates_impossible": Text(
        ko="지구에 없는 좌표라 위치를 비웠습니다", en="impossible coordinates: no place given"
    ),
    "coordinates_undecided": Text(
        ko="좌표계를 정할 수 없어 위치를 비웠습니다", en="plane coordinates whose system can't be told"
    ),
    "coordinates_system_likely": Text(
        ko="맞는 좌표계가 둘 이상이라 흔한 것으로 정했습니다 (확인 필요)",
        en="points that more than one system fits: the commonest was taken",
    ),
    "coordinates_swapped": Text(ko="뒤바뀐 경도와 위도를 바로잡았습니다", en="swapped coordinates put right"),
    "dates_rewritten": Text(ko="날짜 표기를 하나로 맞췄습니다", en="dates written in one style"),
    "duplicate_keys": Text(ko="같은 식별값이 두 번 나옵니다 (그대로 둠)", en="doubled keys reported, kept"),
    "duplicate_rows": Text(ko="똑같은 행이 되풀이됩니다 (그대로 둠)", en="repeated rows reported, kept"),
    "empty_columns_dropped": Text(ko="이름도 값도 없는 열을 뺐습니다", en="empty unnamed columns left out"),
    "excel_dates_read": Text(
        ko="엑셀이 숫자로 바꿔 놓은 날짜를 되살렸습니다", en="dates that Excel stored as day numbers read"
    ),
    "formula_errors": Text(
        ko="수식 오류(#DIV/0! 등)가 든 칸입니다 (빈 값으로 둠)",
        en="cells with a formula's error (#DIV/0!): no value",
    ),
    "formulas_without_value": Text(
        ko="계산된 값이 없는 수식입니다 (빈 값으로 둠)", en="formulas that were never calculated: no value"
    ),
    "commas_undecided": Text(
        ko="쉼표가 소수점인지 자릿수 구분인지 정할 수 없어 글자로 두었습니다",
        en="numbers whose commas may be decimal or not, kept as text",
    ),
    "header_missing": Text(ko="제목 줄이 없어 열 이름을 지었습니다", en="no header: columns were named"),
    "header_names_duplicated": Text(ko="겹치는 열 이름을 구별했습니다", en="doubled column names told apart"),
    "header_names_generated": Text(ko="비어 있는 열 이름을 지었습니다", en="blank column names filled in"),
    "header_names_repaired": Text(ko="깨진 열 이름을 고쳤습니다", en="damaged column names repaired"),
    "header_rows_joined": Text(ko="여러 줄 제목을 하나로 합쳤습니다", en="header rows joined into one"),
    "hidden_columns_kept": Text(
        ko="엑셀에서 숨긴 열입니다 (그대로 둠)", en="columns hidden in the workbook, kept"
    ),
    "hidden_rows_kept": Text(ko="엑셀에서 숨긴 행입니다 (그대로 둠)", en="rows hidden in the workbook, kept"),
    "html_table_read": Text(
        ko="이름만 엑셀인 웹 문서를 읽었습니다", en="a web page named as a workbook was read"
    ),
    "json_written_by_hand": Text(
        ko="JSON에 없는 주석이나 남는 쉼표를 빼고 읽었습니다",
        en="remarks and commas that JSON doesn't know left out",
    ),
    "merged_cells_filled": Text(ko="병합된 칸을 채웠습니다", en="merged cells filled"),
    "odd_values_kept": Text(
        ko="숫자나 날짜가 아닌 값이 섞여 열을 글자로 두었습니다",
        en="values that are no number or date: their columns stay text",
    ),
    "currency_signs": Text(ko="₩와 ‘원’을 떼고 단위로 적었습니다", en="₩ and 원 taken as the unit"),
    "percent_signs": Text(ko="백분율 기호를 떼고 단위로 적었습니다", en="percent signs taken as the unit"),
    "midnight_24": Text(ko="24:00을 다음 날 0시로 읽었습니다", en="24:00 read as midnight of the next day"),
    "missing_markers": Text(
        ko="‘-’ 같은 표시를 ‘값 없음’으로 읽었습니다", en="markers such as “-” read as missing"
    ),
    "misread_letters_mended": Text(
        ko="잘못된 글자 집합으로 저장되어 깨진 줄을 되살렸습니다",
        en="lines saved in a wrong encoding put right",
    ),
    "sheets_ignored": Text(ko="다른 시트는 읽지 않았습니다", en="other sheets were not read"),
    "short_rows_filled": Text(ko="짧은 행의 뒤를 비워 두었습니다", en="short rows filled with blanks"),
    "stray_carriage_return": Text(ko="행 가운데 줄바꿈을 고쳤습니다", en="stray line breaks repaired"),
    "blank_before_quote": Text(ko="따옴표 앞의 빈칸을 지웠습니다", en="blanks before quotes removed"),
    "blank_after_quote": Text(ko="따옴표 뒤의 빈칸을 지웠습니다", en="blanks after quotes removed"),
    "stray_quote": Text(ko="잘못된 따옴표를 고쳤습니다", en="stray quotes repaired"),
    "rule_lines_skipped": Text(ko="줄만 그은 행을 건너뛰었습니다", en="lines that only draw a rule skipped"),
    "text_formulas_read": Text(
        ko='글자로 두려고 붙인 표시(="0012", \'0012)를 뗐습니다',
        en='marks that keep values as text (="0012", \'0012) removed',
    ),
    "thousands_separators": Text(ko="천 단위 쉼표를 뺐습니다", en="thousands separators removed"),
    "wide_numbers": Text(ko="전각 숫자를 읽었습니다", en="numbers in full-width signs read"),
    "bracketed_numbers": Text(
        ko="괄호 속의 수를 0보다 작은 수로 읽었습니다", en="numbers in brackets read as below nothing"
    ),
    "times_rewritten": Text(
        ko="0930 같은 시각을 09:30으로 읽었습니다", en="times without a colon (0930) read"
    ),
    "title_lines_skipped": Text(
        ko="표 위의 제목 줄을 건너뛰었습니다", en="title lines above the table skipped"
    ),
    "totals_kept": Text(
        ko="합계나 소계로 보이는 행입니다 (그대로 둠)", en="rows that look like totals of others, kept"
    ),
    "trailing_delimiter_dropped": Text(ko="행 끝의 남는 구분자를 뺐습니다", en="trailing delimiters dropped"),
    "trailing_zero_dropped": Text(ko="정수에 붙은 ‘.0’을 뺐습니다", en="“.0” dropped from whole numbers"),
    "unclosed_quote": Text(ko="닫히지 않은 따옴표를 고쳤습니다", en="unclosed quotes repaired"),
    "unit_above_read": Text(
        ko="표 위에 적힌 단위를 열의 단위로 읽었습니다", en="the unit over the table read as the columns'"
    ),
    "unit_row_read": Text(ko="단위 줄을 열의 단위로 읽었습니다", en="a row of units read as units"),
    "units_read": Text(
        ko="값에 붙은 단위를 떼고 열의 단위로 적었습니다", en="units in cells taken as their column's"
    ),
    "zero_coordinates": Text(ko="0으로 적힌 좌표를 비웠습니다", en="zero coordinates read as missing"),
}
# What was found and left as it stands, for a person to look at.
WARNINGS = frozenset(
    {
        *("codes_damaged_by_excel", "commas_undecided", "coordinates_abroad", "coordinates_impossible"),
        *("coordinates_system_likely", "coordinates_undecided"),
        *(
            "duplicate_keys",
            "duplicate_rows",
            "formula_errors",
            "formulas_without_value",
            "header_missing",
            "odd_values_kept",
        ),
        *("hidden_columns_kept", "hidden_rows_kept", "sheets_ignored", "totals_kept"),
    }
)
REASONS: dict[str, Text] = {
    "broken_row": Text(ko="다른 행과 이어져 깨진 행", en="broken rows, cut out of another"),
    "damaged_json": Text(ko="JSON이 깨진 줄", en="damaged JSON lines"),
    "footnote": Text(ko="표 아래의 주석", en="footnotes below the table"),
    "null_byte": Text(ko="널 문자가 든 행", en="rows with null bytes"),
    "other_table": Text(ko="같은 파일의 다른 표", en="another table in the same file"),
    "repeated_header": Text(ko="되풀이된 제목 줄", en="repeated headers"),
    "too_few_fields": Text(ko="칸이 모자란 행", en="rows with too few fields"),
    "too_many_fields": Text(ko="칸이 남는 행", en="rows with too many fields"),
    "unclosed_quote": Text(ko="따옴표가 닫히지 않은 행", en="rows with an unclosed quote"),
    "total_row": Text(ko="다른 행을 더한 합계 행", en="rows that sum up others"),
    "undecodable_bytes": Text(ko="글자가 깨진 행", en="rows with undecodable bytes"),
}


def say_category(code: str) -> Text:
    """Return a category's words; one nobody declared is said as it is."""
    return CATEGORIES.get(code) or read_pair(code)


def say_licence(code: str) -> Text:
    """Return a licence's words; "" is said to be missing."""
    if not code:
        return Text(ko="정하지 않음", en="not decided")
    return LICENCES.get(code) or Text(ko=code, en=code)


def say_promise(seconds: int | None) -> Text | None:
    """Return how often a dataset is promised to be updated; None where nothing is promised."""
    if seconds is None:
        return None
    if seconds in PROMISES:
        return PROMISES[seconds]
    if seconds < 3600:
        return Text(ko=f"{seconds / 60:g}분마다", en=f"Every {seconds / 60:g} minutes")
    hours = seconds / 3600
    return Text(ko=f"{hours:g}시간마다", en=f"Every {hours:g} hours")


def say_fix(name: str) -> Text:
    """Return what a repair did; a new one by its name."""
    return FIXES.get(name) or Text(ko=name.replace("_", " "), en=name.replace("_", " "))


def say_reason(name: str) -> Text:
    """Return why rows were rejected; a new reason by its name."""
    return REASONS.get(name) or Text(ko=name.replace("_", " "), en=name.replace("_", " "))
