"""The decorator that every Django view carries."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponseBase

from madang.core.base.interface import MadangError, Text

from .error_pages import refuse_method, render_error_page

View = Callable[..., HttpResponseBase]


def page(
    permission: str,
    title: Text | None = None,
    methods: Iterable[str] = ("GET",),
    *,
    leads_outside: bool = False,
    kept: bool = False,
    declared_by: Any = None,
) -> Callable[[View], View]:
    """Declare who may see a view, its title and its methods (HEAD comes with GET).

    `permission` is "public", "signed-in" or one that a manifest declares. The middleware of
    `people` refuses every view without it, and everybody who doesn't hold it. A MadangError that
    the view raises becomes the page that says so, with its status. The form of one that `leads_outside`
    may end at another system. A `kept` page is the same for everybody who isn't signed in, has no form that
    changes anything, and is drawn for them once a second (`kept_pages`). `declared_by` is the ListPage, FormPage or
    DetailPage that makes the view.
    """
    allowed = {*methods, "HEAD"} if "GET" in methods else {*methods}

    def declare(view: View) -> View:
        @wraps(view)
        def declared(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if request.method not in allowed:
                return refuse_method(request, sorted(allowed))
            try:
                return view(request, *args, **kwargs)
            except MadangError as error:
                return render_error_page(request, error.status, error.text, code=error.code)

        checked: Any = declared
        checked.permission = permission
        checked.title = title
        checked.methods = allowed
        checked.leads_outside = leads_outside
        checked.kept = kept
        checked.declared_by = declared_by
        return checked

    return declare
