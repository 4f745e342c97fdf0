"""How templates draw what belongs to incidents."""

from __future__ import annotations

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from madang.core.base.interface import Severity
from madang.core.incidents.records import SEVERITY_NAMES

register = template.Library()


@register.simple_tag(takes_context=True)
def severity_badge(context: template.Context, severity: Severity) -> SafeString:
    """Return a severity as colour, shape and word."""
    word = SEVERITY_NAMES[severity].say(context.get("language", "ko"))
    return format_html('<span class="krds-badge {}">{}</span>', severity.value, word)
