"""Forms of the login library in the city's languages, and the state of the audit log."""

from __future__ import annotations

from typing import Any

from django import template
from django.forms import BaseForm, BoundField

from madang.core.people.audit_state import get_audit_state
from madang.core.people.checkpoints import get_newest_checkpoint

register = template.Library()


@register.inclusion_tag("people/field.html", takes_context=True)
def field(
    context: template.Context, bound: BoundField, ko: str, en: str, help_ko: str = "", help_en: str = ""
) -> dict[str, Any]:
    """Draw one field with our label and help, and its errors beside it."""
    is_english = context.get("language") == "en"
    attributes = bound.field.widget.attrs
    attributes.pop("placeholder", None)
    bound.help_text = help_en if is_english else help_ko
    return {
        "bound": bound,
        "label": en if is_english else ko,
        "is_check": getattr(bound.field.widget, "input_type", "") == "checkbox",
    }


@register.inclusion_tag("people/form_errors.html", takes_context=True)
def form_errors(context: template.Context, form: BaseForm) -> dict[str, Any]:
    """Draw what is wrong with the form as a whole, and how many fields need another look."""
    hidden = [error for bound in form.hidden_fields() for error in bound.errors]
    return {
        "errors": [*form.non_field_errors(), *hidden],
        "wrong": sum(bool(bound.errors) for bound in form.visible_fields()),
        "language": context.get("language", "ko"),
    }


@register.inclusion_tag("people/audit_state.html", takes_context=True)
def audit_state(context: template.Context) -> dict[str, Any]:
    """Draw how the chain of the audit log stands."""
    return {
        "state": get_audit_state(),
        "checkpoint": get_newest_checkpoint(),
        "language": context.get("language", "ko"),
    }
