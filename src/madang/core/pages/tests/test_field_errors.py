"""A field that refuses a value says what to write instead, in the language of the page."""

import re

import pytest
from django import forms
from django.utils.translation import override


class _Form(forms.Form):
    name = forms.CharField(min_length=3, max_length=5)
    mail = forms.EmailField()
    count = forms.IntegerField(min_value=2)
    share = forms.FloatField(max_value=1)
    day = forms.DateField()
    moment = forms.DateTimeField()
    kind = forms.ChoiceField(choices=[("a", "A")])
    link = forms.URLField(assume_scheme="https")


WRONG = {
    "name": "가",
    "mail": "x",
    "count": "1.5",
    "share": "2",
    "day": "어제",
    "moment": "x",
    "kind": "b",
    "link": "?",
}


@pytest.mark.parametrize(
    ("language", "said", "hangul"), [("ko", "3자 이상이어야", True), ("en", "At least 3", False)]
)
def test_a_field_says_what_to_write(language, said, hangul):
    with override(language):
        errors = {name: " ".join(found) for name, found in _Form(WRONG).errors.items()}
    assert set(errors) == set(WRONG)
    assert said in errors["name"]
    assert ("2026-12-31" in errors["day"], "https://" in errors["link"]) == (True, True)
    assert "b" in errors["kind"]
    for name, words in errors.items():
        assert bool(re.search("[가-힣]", words)) is hangul, name
