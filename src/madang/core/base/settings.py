"""Every setting of the house: environment first, then one TOML file, then the default.

A setting `port` is read from `MADANG_PORT`, or from `port = …` in the file that `MADANG_CONFIG`
names (default: `madang.toml` in the data folder).
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec

from .errors import BadInput


class Setting(msgspec.Struct, frozen=True):
    """One documented setting."""

    name: str
    type: type
    default: Any
    description: str
    secret: bool = False


SETTINGS = (
    Setting("data", str, "data", "Folder that holds all state of the city."),
    Setting("host", str, "127.0.0.1", "Address the web server listens on."),
    Setting("port", int, 8080, "Port of the web server."),
    Setting(
        "public_url",
        str,
        "",
        "Address people use, such as https://city.example, by which alone the house answers; empty: host and port.",
    ),
    Setting("behind_tls", bool, False, "A proxy in front speaks TLS: secure cookies and HSTS."),
    Setting("open_api_port", int, 8088, "Port of the Seoul Open API; 0: it is not served."),
    Setting("demo", bool, True, "Lay out the demonstration city on first start."),
    Setting(
        "demo_history_hours",
        int,
        720,
        "Hours of simulated sensor values that the demonstration city begins with.",
    ),
    Setting(
        "demo_seed",
        int,
        0,
        "Which of all possible demonstration cities is laid out; the same seed, the same.",
    ),
    Setting(
        "demo_speed",
        int,
        1,
        "How many times as fast the demonstration's days pass, 1 to 60; every real day begins at its own midnight.",
    ),
    Setting("city_name_ko", str, "마당시", "Name of the city in Korean."),
    Setting("city_name_en", str, "Madang City", "Name of the city in English."),
    Setting(
        "contact_email",
        str,
        "",
        "Address that answers questions about the city's data; empty: catalogues name none.",
    ),
    Setting("province_code", str, "11", "Legal code of the province whose districts are the city's."),
    Setting(
        "database_url",
        str,
        "",
        "PostgreSQL address for registers; empty: SQLite in the data folder.",
        secret=True,
    ),
    Setting(
        "secret_key",
        str,
        "",
        "Signing key; empty: made on first start and kept in the data folder.",
        secret=True,
    ),
    Setting("web_workers", int, 1, "Web worker processes."),
    Setting("django_threads", int, 10, "Threads that serve pages in each web worker."),
    Setting("job_workers", int, 1, "Background job processes."),
    Setting("broker_port", int, 0, "Port of the packaged broker; 0: any free one."),
    Setting("mqtt_port", int, 0, "Port of the packaged broker's MQTT listener; 0: any free one."),
    Setting(
        "also_mqtt",
        str,
        "",
        "Another MQTT broker that sensors speak to, as host:port, such as Mosquitto for MQTT 5; empty: none. "
        "What it acknowledges is as durable as it is itself (persistence, autosave_on_changes).",
    ),
    Setting("upload_limit_mb", int, 2048, "Largest upload in megabytes."),
    Setting(
        "login_attempts",
        int,
        5,
        "Failed logins of one account (ten times as many of one address) in five minutes before a pause.",
    ),
    Setting(
        "require_second_factor",
        bool,
        False,
        "Staff can work only after adding a passkey or an authenticator app.",
    ),
    Setting(
        "smtp_url",
        str,
        "",
        "Mail relay, such as smtp://user:word@host:587; empty: hand-overs by e-mail wait.",
        secret=True,
    ),
    Setting("mail_from", str, "madang@localhost", "Sender of e-mail."),
    Setting(
        "hand_over_networks",
        str,
        "",
        "Private networks that webhooks and MQTT hand-overs may reach, such as 10.20.0.0/16; public "
        "addresses are always allowed, this machine's own only in the demonstration.",
    ),
    Setting(
        "camera_networks",
        str,
        "",
        "Networks in which the city's cameras stand, such as 10.30.0.0/16: pictures are fetched from there alone; in "
        "the demonstration also from this machine.",
    ),
    Setting(
        "camera_files",
        str,
        "",
        "Folder of video files that may be watched as if cameras sent them; empty: only those that the house draws.",
    ),
    Setting(
        "oidc_providers",
        str,
        "",
        "JSON list of OpenID Connect providers for login (allauth APPS form).",
        secret=True,
    ),
    Setting(
        "checkpoint_dir",
        str,
        "",
        "Folder outside the data folder for signed audit checkpoints; empty: none is written.",
    ),
    Setting(
        "fire_119_url",
        str,
        "",
        "Where fire alarms are handed over; empty: in the demonstration its own receiver.",
    ),
    Setting("fire_119_second_url", str, "", "The second way to 119, tried where the first gives no answer."),
    Setting("sql_memory_mb", int, 1024, "Memory of one person's SQL query."),
    Setting("sql_seconds", int, 30, "Time of one person's SQL query."),
    Setting("public_sql_seconds", int, 5, "Time of one SQL query of anybody (the open data's)."),
    Setting("query_memory_mb", int, 2048, "Memory of the house's own queries in each process."),
    Setting("log_level", str, "info", "debug, info, warning or error."),
)


class Settings:
    """The settings in force; read as attributes."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = dict(values)

    def __getattr__(self, name: str) -> Any:
        try:
            return self._values[name]
        except KeyError:
            raise AttributeError(name) from None

    @cached_property
    def data_path(self) -> Path:
        """The data folder, absolute."""
        return Path(self._values["data"]).expanduser().resolve()

    @property
    def own_host(self) -> str:
        """Where this machine itself reaches what listens on `host`."""
        host = str(self._values["host"])
        return "127.0.0.1" if host in {"0.0.0.0", "::"} else host  # noqa: S104


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Return the settings in force, refusing unknown names and values of the wrong type."""
    environment = os.environ if environment is None else environment
    data = environment.get("MADANG_DATA", "data")
    config = Path(environment.get("MADANG_CONFIG") or Path(data) / "madang.toml").expanduser()
    in_file = _read_file(config)
    values = {}
    for setting in SETTINGS:
        raw = environment.get(f"MADANG_{setting.name.upper()}", in_file.get(setting.name, setting.default))
        values[setting.name] = _convert(setting, raw)
    return Settings(values)


def _read_file(config: Path) -> dict[str, Any]:
    if not config.is_file():
        return {}
    try:
        values = tomllib.loads(config.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadInput(
            "settings.file", f"{config}을(를) 읽을 수 없습니다: {error}", f"{config} can't be read: {error}"
        ) from error
    unknown = sorted(set(values) - {setting.name for setting in SETTINGS})
    if unknown:
        names = ", ".join(unknown)
        raise BadInput("settings.unknown", f"모르는 설정입니다: {names}", f"unknown settings: {names}")
    return values


def _convert(setting: Setting, raw: Any) -> Any:
    if setting.type is bool and isinstance(raw, str):
        lowered = raw.strip().lower()
        if lowered in {"1", "true", "yes", "on"}:
            return True
        if lowered in {"0", "false", "no", "off", ""}:
            return False
    try:
        return msgspec.convert(raw, setting.type, strict=False)
    except msgspec.ValidationError as error:
        name = setting.name
        raise BadInput(
            "settings.value",
            f"설정 {name}의 값이 잘못되었습니다: {error}",
            f"setting {name} has a wrong value: {error}",
        ) from error
