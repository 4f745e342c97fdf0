"""Django's settings, made from the settings of the house; holds no logic of the city."""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from madang.core.base.interface import list_manifests, read_settings

MADANG = read_settings()
DATA_PATH: Path = MADANG.make_data_folder()


def _read_secret() -> str:
    if MADANG.secret_key:
        return MADANG.secret_key
    path = DATA_PATH / "secret_key"
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text("ascii").strip()
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(50))
        file.flush()
        os.fsync(file.fileno())
    return path.read_text("ascii").strip()


def _read_database(url: str) -> dict[str, object]:
    if not url:
        return {
            "ENGINE": "madang.core.base.sqlite",
            "NAME": DATA_PATH / "registers.sqlite",
            # A file, as in a real house: threads of a test share it, and wait for each other's writes.
            "TEST": {"NAME": DATA_PATH / "test-registers.sqlite"},
            "CONN_MAX_AGE": 60,
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 60,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
            },
        }
    parts = urlsplit(url)
    socket_folder = parse_qs(parts.query).get("host", [""])[0]
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or socket_folder,
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }


SECRET_KEY = _read_secret()
DEBUG = False
_public = urlsplit(MADANG.public_url)
ALLOWED_HOSTS = [_public.hostname] if _public.hostname else ["localhost", "127.0.0.1", "[::1]", MADANG.host]
if MADANG.host in {"0.0.0.0", "::"} and not _public.hostname:  # noqa: S104
    ALLOWED_HOSTS = ["*"]
CSRF_TRUSTED_ORIGINS = [f"{_public.scheme}://{_public.netloc}"] if _public.netloc else []

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    # Before the login library, whose templates ours replace.
    *[
        f"{manifest.package}"
        for manifest in list_manifests()
        if (Path(__file__).parents[2] / (manifest.package.replace(".", "/") + "/apps.py")).is_file()
    ],
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.idp.oidc",
    "rules",
    "django_tasks",
    "django_tasks_db",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "madang.core.pages.middleware.LanguageMiddleware",
    "madang.core.pages.middleware.BodyLimitMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "madang.core.people.middleware.ActorMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "madang.core.pages.middleware.ContentSecurityMiddleware",
]

ROOT_URLCONF = "madang.project.urls"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "madang.core.pages.context.shell",
            ],
        },
    },
]

DATABASES = {"default": _read_database(MADANG.database_url)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "people.Account"
AUTHENTICATION_BACKENDS = ["madang.core.people.throttle.ThrottledBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "/accounts/login/"
LOGIN_REDIRECT_URL = "/desk/"
LOGOUT_REDIRECT_URL = "/"

ACCOUNT_ADAPTER = "madang.core.people.accounts.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = True
# Passwords are throttled by ThrottledBackend for all processes; this counts wrong second factors.
ACCOUNT_RATE_LIMITS = {
    "login": "300/m/ip",
    "login_failed": f"{MADANG.login_attempts * 10}/5m/ip,{MADANG.login_attempts}/5m/key",
}
ALLAUTH_TRUSTED_PROXY_COUNT = int(MADANG.behind_tls)
SOCIALACCOUNT_ADAPTER = "madang.core.people.accounts.SocialAdapter"
MFA_ADAPTER = "madang.core.people.accounts.SecondFactorAdapter"
MFA_TOTP_ISSUER = MADANG.city_name_ko
IDP_OIDC_ADAPTER = "madang.core.people.accounts.ProviderAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not MADANG.behind_tls
SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": json.loads(MADANG.oidc_providers or "[]")}}

LANGUAGE_CODE = "ko"
LANGUAGES = [("ko", "한국어"), ("en", "English")]
LANGUAGE_COOKIE_NAME = "language"
USE_I18N = True
TIME_ZONE = "Asia/Seoul"
USE_TZ = True

STATIC_URL = "/static/"
MEDIA_ROOT = DATA_PATH / "files"
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000

CSRF_FAILURE_VIEW = "madang.core.pages.error_pages.forgery_refused"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = MADANG.behind_tls
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 60 * 60 * 12
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 60 * 60 * 24 * 365 if MADANG.behind_tls else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = MADANG.behind_tls
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if MADANG.behind_tls else None
X_FRAME_OPTIONS = "SAMEORIGIN"

# The login library's: codes for other systems, used second factors and counts of tries, which all web processes must know.
SHARED_CACHE = {
    "BACKEND": "django.core.cache.backends.db.DatabaseCache",
    "LOCATION": "login_cache",
    "OPTIONS": {"MAX_ENTRIES": 100_000},
}
OWN_CACHE = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
CACHES = {"default": SHARED_CACHE if MADANG.web_workers > 1 else OWN_CACHE}
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": []}}
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": MADANG.log_level.upper()},
    # Anybody can send a wrong Host: it is answered by 400, and mustn't fill the log with tracebacks.
    # httpx logs whole addresses, and some hold keys.
    "loggers": {
        "django.security.DisallowedHost": {"propagate": False, "level": "CRITICAL"},
        "httpx": {"level": "WARNING"},
    },
}
