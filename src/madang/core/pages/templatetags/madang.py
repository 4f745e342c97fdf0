"""What templates of the house write with: both languages, numbers, moments, the front end's files."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import msgspec
from django import template
from django.template.base import render_value_in_context
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from madang.core.base.interface import Actor, Text, choose_particles, read_pair, to_city_time
from madang.core.pages import formats, icons
from madang.core.pages.blocks import ChartBlock, MapBlock
from madang.core.pages.vite import list_entry_files

register = template.Library()
HANGUL = re.compile("[가-힣]")
Context = template.Context
JSON_ESCAPES = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}


@register.simple_tag(takes_context=True)
def say(context: Context, ko: str, en: str, easy: str = "", desk: str = "", **values: Any) -> str:
    """Return the sentence in the page's language, with its {name} places filled.

    `easy` is its form in easy Korean, `desk` (합니다체) its form where officers work and citizens read it elsewhere.
    """
    language = _language(context)
    sentence = en if language == "en" else ko
    display = context.get("display")
    if easy and language != "en" and display and display.easy == "on":
        sentence = easy
    elif desk and language != "en" and context.get("door") == "desk":
        sentence = desk
    return choose_particles(sentence.format(**values)) if values else sentence


@register.simple_tag(takes_context=True)
def text(context: Context, value: Text | str | None, **values: Any) -> str:
    """Return a Text in the page's language; None is nothing."""
    if value is None:
        return ""
    sentence = value.say(_language(context)) if isinstance(value, Text) else str(value)
    return choose_particles(sentence.format(**values)) if values else sentence


@register.simple_tag(takes_context=True)
def called(context: Context, name: Any, english: str = "") -> str:
    """Return what a record is called in the page's language, its English name where it has one.

    Korean words of an English page are marked as such, for who has it read aloud; what is no text is drawn as ever.
    """
    if not isinstance(name, str):
        return render_value_in_context(name, context)
    words = read_pair(name)
    if _language(context) != "en":
        return words.ko
    said = english or words.en
    return format_html('<span lang="ko">{}</span>', said) if HANGUL.search(said) else said


@register.filter
def pair(words: Text | str) -> Text:
    """Return the two languages of a field that holds "Korean · English"."""
    return words if isinstance(words, Text) else read_pair(words)


@register.simple_tag(takes_context=True)
def number(context: Context, value: float | None, unit: str = "", digits: int | None = None) -> SafeString:
    """Return a number with its unit; a missing one is said to be missing."""
    language = _language(context)
    if value is None:
        return format_html('<em class="missing">{}</em>', "no data" if language == "en" else "자료 없음")
    said = formats.format_unit(unit, language)
    tail = format_html('<span class="unit">{}</span>', said) if said else ""
    return format_html('<span class="number">{}{}</span>', formats.format_number(value, digits), tail)


@register.simple_tag(takes_context=True)
def in_unit(context: Context, unit: str) -> str:
    """Return " (unit)" for a heading in the page's language; no unit, or one that has no word, is nothing."""
    said = formats.format_unit(unit, _language(context))
    return f" ({said})" if said else ""


@register.simple_tag(takes_context=True)
def as_of(context: Context, moment: datetime | None, source: Text | str = "") -> SafeString:
    """Return "as of when, from where" for the numbers beside it."""
    language = _language(context)
    if moment is None:
        return mark_safe("")
    exact = formats.format_moment(moment, language)
    origin = (source if isinstance(source, Text) else read_pair(source)).say(language)
    words = f"as of {exact}" if language == "en" else f"{exact} 기준"
    tail = f" · {origin}" if origin else ""
    return format_html(
        '<span class="as-of"><time datetime="{}">{}</time>{}</span>', moment.isoformat(), words, tail
    )


@register.simple_tag(takes_context=True)
def ago(context: Context, moment: datetime | None) -> SafeString:
    """Return a relative time with the exact one on hover."""
    language = _language(context)
    if moment is None:
        return format_html('<em class="missing">{}</em>', "never" if language == "en" else "없음")
    return format_html(
        '<time datetime="{}" title="{}" data-relative>{}</time>',
        moment.isoformat(),
        formats.format_moment(moment, language),
        formats.format_relative(moment, language),
    )


@register.simple_tag(takes_context=True)
def moment(context: Context, value: datetime, *, to_second: bool = False) -> SafeString:
    """Return an exact moment in the city's time, to the second where it matters."""
    shown = formats.format_moment(value, _language(context), to_second=to_second)
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), shown)


@register.simple_tag(takes_context=True)
def day(context: Context, value: date | None) -> SafeString:
    """Return a day, of a moment the city's day; none is nothing."""
    if value is None:
        return mark_safe("")
    on = to_city_time(value).date() if isinstance(value, datetime) else value
    shown = formats.format_day(on, _language(context))
    return format_html('<time datetime="{}">{}</time>', on.isoformat(), shown)


@register.simple_tag
def icon(name: str) -> SafeString:
    """Return a picture that says nothing to a screen reader: the words beside it do."""
    return mark_safe(  # noqa: S308
        '<svg viewBox="0 0 24 24" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="1.7" '
        f'stroke-linecap="round" stroke-linejoin="round">{icons.ICONS[name]}</svg>'
    )


@register.simple_tag
def brand() -> SafeString:
    """Return the house's mark: a yard open on four sides."""
    return mark_safe(icons.BRAND)  # noqa: S308


@register.simple_tag
def vite(entry: str) -> SafeString:
    """Return the style sheets and the script of a front-end entry such as "map"."""
    styles, scripts = list_entry_files(entry)
    return format_html_join("", '<link rel="stylesheet" href="{}">', ((style,) for style in styles)) + (
        format_html_join("", '<script type="module" src="{}"></script>', ((script,) for script in scripts))
    )


@register.simple_tag(takes_context=True)
def address(context: Context, **changes: Any) -> str:
    """Return this page's query string with `changes`; a blank value takes its name out."""
    query = context["request"].GET.copy()
    for name, value in changes.items():
        query.pop(name, None)
        if value not in {None, ""}:
            query[name] = str(value)
    return query.urlencode()


@register.inclusion_tag("madang/blocks/chart.html", takes_context=True)
def chart(context: Context, block: ChartBlock, size: str = "") -> dict[str, Any]:
    """Draw a ChartBlock: its figure, and the table behind it."""
    language = _language(context)
    drawn = {"config": block.configure(language), "rows": block.list_rows(language)}
    return {"block": block, "size": size, "language": language, **drawn}


@register.inclusion_tag("madang/blocks/map.html", takes_context=True)
def map_block(context: Context, block: MapBlock, *, with_legend: bool = True) -> dict[str, Any]:
    """Draw a MapBlock: the map, and its legend unless the page puts it elsewhere."""
    language = _language(context)
    config = block.configure(language)
    return {"block": block, "language": language, "config": config, "with_legend": with_legend}


@register.simple_tag
def json_data(value: Any, layer: str = "") -> SafeString:
    """Return `value` as a data block that scripts read; it is never run."""
    body = msgspec.json.encode(value, enc_hook=str).decode().translate(JSON_ESCAPES)
    mark = format_html(' data-layer="{}"', layer) if layer else ""
    return format_html('<script type="application/json"{}>{}</script>', mark, mark_safe(body))  # noqa: S308


@register.simple_tag(takes_context=True)
def fact_value(context: Context, fact: Any) -> Any:
    """Return the value of a Fact as its kind is written."""
    value = fact.value
    if value is None or (isinstance(value, int | float | Decimal) and not isinstance(value, bool)):
        return number(context, value, fact.unit)
    if isinstance(value, datetime):
        return ago(context, value)
    if isinstance(value, date):
        return day(context, value)
    return text(context, value)


@register.filter
def allowed(permission: str, actor: Actor) -> bool:
    """Return whether `actor` holds `permission`."""
    return actor.may(permission)


@register.simple_tag(takes_context=True)
def without(context: Context, *names: str) -> str:
    """Return this page's query string without `names`."""
    return address(context, **dict.fromkeys(names, ""))


@register.simple_tag(takes_context=True)
def with_value(context: Context, name: str, value: str) -> str:
    """Return this page's query string with one filter set, from its first page."""
    return address(context, **{"page": "", name: value})


@register.simple_tag(takes_context=True)
def toggled_column(context: Context, name: str, shown: list[Any]) -> str:
    """Return this page's query string with one column more or less."""
    names = [column.name for column in shown]
    changed = [one for one in names if one != name] if name in names else [*names, name]
    return address(context, columns=",".join(changed))


@register.simple_tag(takes_context=True)
def sort_address(context: Context, column: Any, state: Any) -> str:
    """Return this page's query string sorted by `column`; a second time turns the order."""
    return address(context, sort=f"-{column.name}" if state.sort == column.name else column.name, page="")


@register.simple_tag
def sort_state(column: Any, state: Any) -> SafeString:
    """Return the heading's aria-sort where the list is sorted by it."""
    if state.sort.removeprefix("-") != column.name:
        return mark_safe("")
    return format_html(' aria-sort="{}"', "descending" if state.sort.startswith("-") else "ascending")


@register.simple_tag
def sort_sign(column: Any, state: Any) -> str:
    """Return the arrow of the order."""
    return {column.name: " ↑", f"-{column.name}": " ↓"}.get(state.sort, "")


def _language(context: Context) -> str:
    return str(context.get("language", "ko"))
