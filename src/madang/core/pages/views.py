"""The decorator that every Django view carries."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from madang.core.base.interface import Text

View = Callable[..., HttpResponse]


def page(
    permission: str, title: Text | None = None, methods: Iterable[str] = ("GET",)
) -> Callable[[View], View]:
    """Declare who may see a view, its title and its methods (HEAD comes with GET).

    `permission` is "public", "signed-in" or one that a manifest declares. The middleware of
    `people` refuses every view without it, and everybody who doesn't hold it.
    """
    allowed = {*methods, "HEAD"} if "GET" in methods else {*methods}

    def declare(view: View) -> View:
        @wraps(view)
        def declared(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            return view(request, *args, **kwargs)

        checked: Any = require_http_methods(sorted(allowed))(declared)
        checked.permission = permission
        checked.title = title
        return checked

    return declare
