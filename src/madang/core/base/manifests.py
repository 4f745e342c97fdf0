"""Manifests: what each room and service says of itself, and how the house finds its files."""

from __future__ import annotations

import importlib
import importlib.util
import tomllib
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec

from .errors import BadInput
from .text import Text

PACKAGE = Path(__file__).resolve().parents[2]
CORE_ROOMS = ("base", "pages", "people", "places", "things", "lake", "incidents")
CHAPTERS = ("infrastructure", "administration", "citizens", "governance")


class PersonalData(msgspec.Struct, frozen=True, kw_only=True):
    """Personal data a service holds, why it may, and for how long."""

    what: Text
    legal_basis: Text
    retention_days: int


class OutsideSource(msgspec.Struct, frozen=True, kw_only=True):
    """Data that comes from outside the city."""

    name: str
    licence: str
    address: str = ""


class DeclaredKind(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A kind of thing that a service works with; the register of things has it from the first start on."""

    name: Text
    icon: str = ""
    service_life_years: int | None = None


class Manifest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`service.toml` of a service or `room.toml` of a core room.

    `permissions` maps a permission to the roles that hold it, `permission_names` to what it lets one do; `incident_kinds` a kind to its name; `thing_kinds` the
    code of a kind of thing to what it is; `evidence` what the
    evidence of its findings is called, and its codes, to words.
    `provides` and `uses` name commands other services may ask for, and those this one asks for. `devices_send` and
    `devices_hear` are the MQTT topics (with + and #) that devices may publish to and subscribe to, without a password,
    `writers_send` those that devices with the writers' password may publish to as well. Each topic that is sent to must
    be listened to by the same name: with a new store the broker lets no device in before all are.
    """

    name: str
    title: Text
    summary: Text
    report_section: str = ""
    owner_division: str = ""
    reads: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    incident_kinds: dict[str, Text] = {}
    thing_kinds: dict[str, DeclaredKind] = {}
    evidence: dict[str, Text] = {}
    permissions: dict[str, tuple[str, ...]] = {}
    permission_names: dict[str, Text] = {}
    personal_data: tuple[PersonalData, ...] = ()
    sources: tuple[OutsideSource, ...] = ()
    provides: tuple[str, ...] = ()
    uses: tuple[str, ...] = ()
    devices_send: tuple[str, ...] = ()
    devices_hear: tuple[str, ...] = ()
    writers_send: tuple[str, ...] = ()
    package: str = ""
    chapter: str = ""

    @property
    def is_service(self) -> bool:
        """Whether this is a service (in a chapter) rather than a core room."""
        return self.chapter != "core"

    @property
    def label(self) -> str:
        """The last part of the package: Django's app label."""
        return self.package.rsplit(".", 1)[-1]


@cache
def list_manifests() -> tuple[Manifest, ...]:
    """Return core rooms bottom up, then services by chapter and name."""
    rooms = [PACKAGE / "core" / name / "room.toml" for name in CORE_ROOMS]
    services = [path for chapter in CHAPTERS for path in sorted((PACKAGE / chapter).glob("*/service.toml"))]
    return tuple(read_manifest(path) for path in [*rooms, *services] if path.is_file())


def read_manifest(path: Path) -> Manifest:
    """Return the manifest at `path`; a wrong one is refused with its place."""
    folder = path.parent
    try:
        values: dict[str, Any] = tomllib.loads(path.read_text("utf-8"))
        values["package"] = f"madang.{folder.parent.name}.{folder.name}"
        values["chapter"] = folder.parent.name
        manifest = msgspec.convert(values, Manifest)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise BadInput("manifest.wrong", f"{path}: {error}", f"{path}: {error}") from error
    if manifest.name != folder.name:
        raise BadInput(
            "manifest.name", f"{path}: 이름이 폴더와 다릅니다", f"{path}: name differs from its folder"
        )
    return manifest


def load_part(manifest: Manifest, part: str) -> ModuleType | None:
    """Return a room's fixed file `part` ("hot", "jobs", …) as a module, or None where it has none."""
    name = f"{manifest.package}.{part}"
    if importlib.util.find_spec(name) is None:
        return None
    return importlib.import_module(name)


def collect(part: str, constant: str) -> list[tuple[Manifest, Any]]:
    """Return (manifest, item) for every item of `constant` in every room's fixed file `part`."""
    found = []
    for manifest in list_manifests():
        module = load_part(manifest, part)
        found += [(manifest, item) for item in getattr(module, constant, ())]
    return found
