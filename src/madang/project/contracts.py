"""Contracts that import-linter doesn't have: rooms are entered through their interface."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import redirect_stdout
from pathlib import Path

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, output
from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports

CONFIGURATION = Path(__file__).parent / "contracts.ini"


class RoomsByInterface(Contract):
    """No module outside a core room imports anything of it but `interface`."""

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:  # noqa: FBT001
        """Return whether the contract is kept, with the imports that break it."""
        broken = list(find_side_doors(graph))
        return ContractCheck(kept=not broken, metadata={"broken": broken})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Print the imports that break the contract."""
        for importer, imported in check.metadata["broken"]:
            output.print_error(f"{importer} -> {imported}")


def find_side_doors(graph: ImportGraph) -> Iterator[tuple[str, str]]:
    """Yield (importer, imported) for imports that enter a core room past its interface."""
    for importer in sorted(graph.modules):
        if ".tests" in importer or ".migrations" in importer:
            continue
        for imported in graph.find_modules_directly_imported_by(importer):
            parts = imported.split(".")
            if parts[:2] == ["madang", "core"] and len(parts) > 3 and parts[3] != "interface":
                room = ".".join(parts[:3])
                if not importer.startswith(room + "."):
                    yield importer, imported


def find_broken_contracts() -> str:
    """Check every contract of the house; return what breaks them in words, "" where nothing does."""
    said = io.StringIO()
    with redirect_stdout(said):
        code = lint_imports(config_filename=str(CONFIGURATION), no_cache=True)
    return (
        "" if code == EXIT_STATUS_SUCCESS else said.getvalue().partition("Broken contracts")[2].strip(" -\n")
    )
