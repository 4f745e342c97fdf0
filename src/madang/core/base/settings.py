"""Every setting of the house: environment first, then one TOML file, then the default.

A setting `port` is read from `MADANG_PORT`, or from `port = …` in the file that `MADANG_CONFIG`
names (default: `madang.toml` in the data folder).
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec

from .errors import BadInput, NotFound
from .setting_forms import Form, address_of, check_host, check_networks, check_providers

PORTS = {"least": 0, "most": 65_535}
POSITIVE = {"least": 1}


class Setting(msgspec.Struct, frozen=True):
    """One documented setting; a text that isn't empty has one of `choices` and keeps `form`."""

    name: str
    type: type
    default: Any
    description: str
    secret: bool = False
    least: int | None = None
    most: int | None = None
    choices: tuple[str, ...] = ()
    form: Form | None = None


SETTINGS = (
    Setting("data", str, "data", "Folder that holds all state of the city."),
    Setting("host", str, "127.0.0.1", "Address the web server listens on.", form=check_host),
    Setting("port", int, 8080, "Port of the web server; 0: any free one.", **PORTS),
    Setting(
        "public_url",
        str,
        "",
        "Address people use, such as https://city.example, by which alone the house answers; empty: host and port.",
        form=address_of("http", "https", path=False),
    ),
    Setting("behind_tls", bool, False, "A proxy in front speaks TLS: secure cookies and HSTS."),
    Setting("open_api_port", int, 8088, "Port of the Seoul Open API; 0: it is not served.", **PORTS),
    Setting("demo", bool, True, "Lay out the demonstration city on first start."),
    Setting(
        "demo_history_hours",
        int,
        720,
        "Hours of simulated sensor values that the demonstration city begins with.",
        **POSITIVE,
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
        least=1,
        most=60,
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
        form=address_of("postgresql", "postgres"),
    ),
    Setting(
        "secret_key",
        str,
        "",
        "Signing key; empty: made on first start and kept in the data folder.",
        secret=True,
    ),
    Setting("web_workers", int, 1, "Web worker processes.", **POSITIVE),
    Setting("django_threads", int, 10, "Threads that serve pages in each web worker.", **POSITIVE),
    Setting("job_workers", int, 1, "Background job processes.", **POSITIVE),
    Setting("broker_port", int, 0, "Port of the packaged broker; 0: any free one.", **PORTS),
    Setting("mqtt_port", int, 0, "Port of the packaged broker's MQTT listener; 0: any free one.", **PORTS),
    Setting(
        "also_mqtt",
        str,
        "",
        "Another MQTT broker that sensors speak to, as host:port, such as Mosquitto for MQTT 5; empty: none. "
        "What it acknowledges is as durable as it is itself (persistence, autosave_on_changes).",
    ),
    Setting("upload_limit_mb", int, 2048, "Largest upload in megabytes.", **POSITIVE),
    Setting(
        "login_attempts",
        int,
        5,
        "Failed logins of one account (ten times as many of one address) in five minutes before a pause.",
        **POSITIVE,
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
        form=address_of("smtp", "smtps"),
    ),
    Setting("mail_from", str, "madang@localhost", "Sender of e-mail."),
    Setting(
        "hand_over_networks",
        str,
        "",
        "Private networks that webhooks and MQTT hand-overs may reach, such as 10.20.0.0/16; public "
        "addresses are always allowed, this machine's own only in the demonstration.",
        form=check_networks,
    ),
    Setting(
        "camera_networks",
        str,
        "",
        "Networks in which the city's cameras stand, such as 10.30.0.0/16: pictures are fetched from there alone; in "
        "the demonstration also from this machine.",
        form=check_networks,
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
        form=check_providers,
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
        form=address_of("http", "https"),
    ),
    Setting(
        "fire_119_second_url",
        str,
        "",
        "The second way to 119, tried where the first gives no answer.",
        form=address_of("http", "https"),
    ),
    Setting("sql_memory_mb", int, 1024, "Memory of one person's SQL query.", **POSITIVE),
    Setting("sql_seconds", int, 30, "Time of one person's SQL query.", **POSITIVE),
    Setting("public_sql_seconds", int, 5, "Time of one SQL query of anybody (the open data's).", **POSITIVE),
    Setting("query_memory_mb", int, 2048, "Memory of the house's own queries in each process.", **POSITIVE),
    Setting(
        "log_level",
        str,
        "info",
        "debug, info, warning or error.",
        choices=("debug", "info", "warning", "error"),
    ),
)
NAMES = frozenset(setting.name for setting in SETTINGS)
OTHER_VARIABLES = frozenset({"MADANG_CONFIG", "MADANG_BROKER_URL", "MADANG_TEST_DATA"})


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

    def make_data_folder(self) -> Path:
        """Return the data folder; where it wasn't there, made so that only its owner may enter: it holds keys and people."""
        folder = self.data_path
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise BadInput(
                "settings.data",
                f"데이터 폴더 {folder}을(를) 만들 수 없습니다({error.strerror}). 다른 폴더를 --data로 지정해 주십시오.",
                f"the data folder {folder} can't be made ({error.strerror}); name another with --data",
            ) from error
        return folder

    @property
    def own_host(self) -> str:
        """Where this machine itself reaches what listens on `host`."""
        host = str(self._values["host"])
        return "127.0.0.1" if host in {"0.0.0.0", "::"} else host  # noqa: S104


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Return the settings in force, refusing unknown names and values of the wrong type, range or form."""
    environment = os.environ if environment is None else environment
    data = environment.get("MADANG_DATA", "data")
    in_file = _read_file(_find_file(environment.get("MADANG_CONFIG", ""), Path(data)))
    values = {}
    for setting in SETTINGS:
        raw = environment.get(f"MADANG_{setting.name.upper()}")
        if raw is None or (raw == "" and setting.type is int):
            raw = in_file.get(setting.name, setting.default)
        values[setting.name] = _convert(setting, raw)
    return Settings(values)


def _find_file(named: str, data: Path) -> Path:
    config = Path(named or data / "madang.toml").expanduser()
    if named and not config.is_file():
        raise NotFound(
            "settings.missing",
            f"MADANG_CONFIG가 가리키는 파일 {config}이(가) 없습니다",
            f"there is no file {config}, which MADANG_CONFIG names",
        )
    return config


def _read_file(config: Path) -> dict[str, Any]:
    if not config.is_file():
        return {}
    try:
        values = tomllib.loads(config.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, OSError, UnicodeDecodeError) as error:
        raise BadInput(
            "settings.file", f"{config}을(를) 읽을 수 없습니다: {error}", f"{config} can't be read: {error}"
        ) from error
    unknown = sorted(set(values) - NAMES)
    if unknown:
        meant = [name for word in unknown for name in get_close_matches(word, NAMES, 1)]
        names, hint = ", ".join(unknown), ", ".join(meant)
        raise BadInput(
            "settings.unknown",
            f"{config}에 모르는 설정이 있습니다: {names}" + (f" (혹시 {hint}?)" if hint else ""),
            f"unknown settings in {config}: {names}" + (f" (did you mean {hint}?)" if hint else ""),
        )
    return values


def list_unknown_variables(environment: Mapping[str, str]) -> list[str]:
    """Return the variables that look like settings (MADANG_…), are none, and so change nothing."""
    known = {f"MADANG_{name.upper()}" for name in NAMES} | OTHER_VARIABLES
    return sorted(name for name in environment if name.startswith("MADANG_") and name not in known)


def _convert(setting: Setting, raw: Any) -> Any:
    if setting.type is bool and isinstance(raw, str):
        lowered = raw.strip().lower()
        if lowered in {"1", "true", "yes", "on"}:
            return True
        if lowered in {"0", "false", "no", "off", ""}:
            return False
    try:
        value = msgspec.convert(raw, setting.type, strict=False)
        if value != "":
            _check_value(setting, value)
    except (msgspec.ValidationError, ValueError) as error:
        name = setting.name
        raise BadInput(
            "settings.value",
            f"설정 {name}의 값이 잘못되었습니다: {error}",
            f"setting {name} has a wrong value: {error}",
        ) from error
    return value


def _check_value(setting: Setting, value: Any) -> None:
    too_small = setting.least is not None and value < setting.least
    if too_small or (setting.most is not None and value > setting.most):
        wanted = (
            f"{setting.least} to {setting.most}" if setting.most is not None else f"{setting.least} or more"
        )
        raise ValueError(f"{value} is not {wanted}")
    if setting.choices and value.lower() not in setting.choices:
        raise ValueError(f"{value} is not one of {', '.join(setting.choices)}")
    if setting.form is not None:
        setting.form(value)
