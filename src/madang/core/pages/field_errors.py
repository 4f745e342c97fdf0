"""What a form's field says of a wrong value: what to write instead."""

from __future__ import annotations

from django import forms
from django.core import validators

from .forms import say_lazily

MESSAGES = {
    forms.Field: {"required": say_lazily("필수 항목입니다.", "This is required.")},
    forms.ChoiceField: {
        "invalid_choice": say_lazily(
            "목록에서 골라야 합니다. ‘%(value)s’ 같은 값은 없습니다.",
            "“%(value)s” isn't in the list. Choose from the list.",
        )
    },
    forms.IntegerField: {
        "invalid": say_lazily("소수점 없는 숫자로 적어야 합니다. 예: 12", "Write a whole number, such as 12.")
    },
    forms.FloatField: {
        "invalid": say_lazily("숫자로 적어야 합니다. 예: 1.5", "Write a number, such as 1.5.")
    },
    forms.DecimalField: {
        "invalid": say_lazily("숫자로 적어야 합니다. 예: 1.5", "Write a number, such as 1.5.")
    },
    forms.DateField: {
        "invalid": say_lazily(
            "날짜를 연-월-일로 적어야 합니다. 예: 2026-12-31", "Write year-month-day, such as 2026-12-31."
        )
    },
    forms.DateTimeField: {
        "invalid": say_lazily(
            "날짜와 시각을 적어야 합니다. 예: 2026-12-31 18:00",
            "Write day and time, such as 2026-12-31 18:00.",
        )
    },
    forms.URLField: {
        "invalid": say_lazily(
            "http:// 또는 https://로 시작하는 주소를 적어야 합니다.",
            "Write an address that begins with http:// or https://.",
        )
    },
}
VALIDATORS = {
    validators.MinLengthValidator: say_lazily(
        "%(limit_value)d자 이상이어야 합니다. 지금은 %(show_value)d자입니다.",
        "At least %(limit_value)d characters; these are %(show_value)d.",
    ),
    validators.MaxLengthValidator: say_lazily(
        "%(limit_value)d자를 넘을 수 없습니다. 지금은 %(show_value)d자입니다.",
        "At most %(limit_value)d characters; these are %(show_value)d.",
    ),
    validators.MinValueValidator: say_lazily(
        "%(limit_value)s 이상이어야 합니다.", "%(limit_value)s or more."
    ),
    validators.MaxValueValidator: say_lazily("%(limit_value)s 이하여야 합니다.", "%(limit_value)s or less."),
    validators.EmailValidator: say_lazily(
        "전자우편 주소를 적어야 합니다. 예: name@city.go.kr",
        "Write an e-mail address, such as name@city.go.kr.",
    ),
}


def replace_messages() -> None:
    """Let every form of the house say it so, unless a field has a sentence of its own."""
    for field, messages in MESSAGES.items():
        field.default_error_messages = {**field.default_error_messages, **messages}
    for validator, message in VALIDATORS.items():
        validator.message = message
