"""What is wrong with a page in a real browser: axe's findings, the content policy, faults, too wide."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page

from madang.project.pytest_plugin import miss

AXE = Path(__file__).resolve().parents[5] / "frontend" / "node_modules" / "axe-core" / "axe.min.js"


def note_problems(page: Page) -> None:
    """Gather in `page.problems` what breaks the content policy or fails from now on."""
    page.problems = []
    page.on("pageerror", lambda error: page.problems.append(str(error)))
    page.on(
        "console", lambda said: page.problems.append(said.text) if "Content Security" in said.text else None
    )


def find_problems(page: Page) -> list[str]:
    """Return what axe finds on the page as it is, and whether it is too wide."""
    if not AXE.is_file():
        miss("axe-core")
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    broken = [
        f"{page.url} {one['id']}: {node['target']} {node['failureSummary']}"
        for one in found["violations"]
        for node in one["nodes"][:3]
    ]
    if page.evaluate("document.documentElement.scrollWidth > innerWidth + 1"):
        broken.append(f"{page.url} is too wide")
    return broken
