"""Write a new service: `python -m madang.project.scaffold CHAPTER NAME KOREAN ENGLISH`."""

from __future__ import annotations

import os
import re
import string
import sys
import tomllib
from collections.abc import Iterator
from keyword import iskeyword
from pathlib import Path

import django
from django.apps import apps
from django.urls import URLResolver, get_resolver

from madang.core.base.interface import (
    CHAPTERS,
    BadInput,
    Conflict,
    MadangError,
    collect,
    list_manifests,
    say_here,
)
from madang.project.documents import DOCS, write_documents

TEMPLATES = Path(__file__).parent / "service"
PACKAGE = Path(__file__).resolve().parents[2]
WORDS = r"[\w ·,.()'&/-]{1,%d}"
LONGEST = {"KO": 25, "EN": 40}
USAGE = "make service CHAPTER=infrastructure NAME=parking KO=주차 EN=Parking"


def write_service(chapter: str, name: str, korean: str, english: str) -> Path:
    """Write the service's folder and its glossary entry; return the folder.

    Raises BadInput for a chapter or name that can't be, Conflict where the service exists.
    """
    _check(chapter, name, korean, english)
    folder = PACKAGE / chapter / name
    if folder.exists():
        raise Conflict("scaffold.exists", f"{name}은(는) 이미 있습니다", f"{folder} exists already")
    words = {"chapter": chapter, "name": name, "ko": korean, "en": english, "class": _to_class(name)}
    for template in sorted(path for path in TEMPLATES.rglob("*.txt")):
        relative = template.relative_to(TEMPLATES).with_suffix("")
        if relative.parts[0] == "templates":
            relative = Path("templates", name, *relative.parts[1:])
        target = folder / relative
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(string.Template(template.read_text("utf-8")).substitute(words), "utf-8")
    _add_term(name, korean, english)
    list_manifests.cache_clear()  # the house has one more
    return folder


def _add_term(name: str, korean: str, english: str) -> None:
    path = DOCS / "glossary.toml"
    known = {term["code"] for term in tomllib.loads(path.read_text("utf-8"))["term"]}
    if name not in known:
        with path.open("a", encoding="utf-8") as glossary:
            glossary.write(f'\n[[term]]\nko = "{korean}"\nen = "{english}"\ncode = "{name}"\nsection = "-"\n')


def _check(chapter: str, name: str, korean: str, english: str) -> None:
    problem = ""
    if chapter not in CHAPTERS:
        problem = f"CHAPTER is one of {', '.join(CHAPTERS)}"
    elif not re.fullmatch(r"[a-z][a-z0-9_]{2,30}", name) or iskeyword(name):
        problem = "NAME is the term in lower case with underscores"
    elif name in _list_taken() and not (PACKAGE / chapter / name).exists():
        problem = f"{name} is taken, by a room, a service or an address"
    elif not all(
        re.fullmatch(WORDS % most, word)
        for most, word in zip(LONGEST.values(), (korean, english), strict=True)
    ):
        problem = f"KO and EN name the service in letters, digits, spaces and -·,.()'&/ (at most {LONGEST})"
    if problem:
        raise BadInput("scaffold.words", f"{problem}. 예: {USAGE}", f"{problem}. Example: {USAGE}")


def _list_taken() -> set[str]:
    """Return the labels of what is installed, and the first words of the house's addresses."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "madang.project.settings")
    django.setup()
    routes = [route.path for part in ("hot", "api") for _, route in collect(part, "ROUTES")]
    words = {address.strip("/").partition("/")[0] for address in (*routes, *_list_addresses(get_resolver()))}
    return words | {one.label for one in apps.get_app_configs()}


def _list_addresses(resolver: URLResolver, before: str = "") -> Iterator[str]:
    for one in resolver.url_patterns:
        address = f"{before}{one.pattern}"
        if isinstance(one, URLResolver):
            yield from _list_addresses(one, address)
        else:
            yield address


def _to_class(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_"))


def main() -> int:
    """Write the service named on the command line."""
    words = (sys.argv[1:] + [""] * 4)[:4]
    try:
        folder = write_service(*words)
    except MadangError as error:
        sys.stderr.write(f"{say_here(error.text)}\n")
        return 2
    write_documents()
    sys.stdout.write(f"{folder}: read its README.md, then look at /{words[1]}/ and /desk/{words[1]}/\n")
    sys.stdout.write(f"{DOCS / 'how-to' / 'make-a-service.md'} goes on from here\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
