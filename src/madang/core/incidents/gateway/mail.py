"""E-mail: at least once, with a Message-ID that stays the same, so that mail systems can tell."""

from __future__ import annotations

import smtplib
import socket
import ssl
import threading
from contextlib import suppress
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from functools import cache
from typing import Any
from urllib.parse import unquote, urlsplit

import msgspec
from django.conf import settings

from madang.core.base.interface import CITY_TIMEZONE, to_city_time
from madang.core.incidents.records import EVENT_NAMES, SEVERITY_NAMES, Message, Target

from .outcomes import Failed, NotConfigured, Refused


def send_mail(target: Target, message_id: str, body: bytes, *, sent_at: datetime, timeout_s: float) -> None:
    """Give the message to the relay of setting `smtp_url`; return once the relay took it."""
    message = msgspec.json.decode(body, type=Message)
    hand_in(write_mail(target.address, message_id, message, sent_at), timeout_s=timeout_s)


def hand_in(mail: EmailMessage, *, timeout_s: float) -> None:
    """Give a mail to the relay; raise NotConfigured, Failed or Refused where it isn't taken."""
    url = urlsplit(settings.MADANG.smtp_url)
    if not url.hostname:
        raise NotConfigured("setting smtp_url is empty: e-mail waits until there is a mail relay")
    try:
        with _connect(url.scheme, url.hostname, url.port, timeout_s) as relay:
            if url.username:
                relay.login(unquote(url.username), unquote(url.password or ""))
            relay.send_message(mail)
    except (smtplib.SMTPRecipientsRefused, smtplib.SMTPResponseException) as error:
        raise _judge(error) from error
    except (smtplib.SMTPException, OSError) as error:
        raise Failed(f"{type(error).__name__}: {error}") from error


def write_mail(address: str, message_id: str, message: Message, sent_at: datetime) -> EmailMessage:
    """Return the mail for one hand-over: Korean, then English."""
    incident = message.incident
    event, severity = EVENT_NAMES[message.event], SEVERITY_NAMES[incident.severity]
    subject = f"[{settings.MADANG.city_name_ko}] #{incident.number} {severity.ko}: {incident.reason.ko}"
    mail = begin_mail(address, message_id, subject, sent_at)
    link = f"{settings.MADANG.public_url}/desk/incidents/{incident.number}/"
    seen = f"{to_city_time(incident.last_seen_at):%Y-%m-%d %H:%M:%S}"
    lines = [
        f"{event.ko} · {severity.ko} · {incident.reason.ko}",
        f"마지막 관측 {seen}, {incident.count}회, 기관 {incident.agency_code or '-'}",
        "",
        f"{event.en} · {severity.en} · {incident.reason.en}",
        f"last seen {seen}, {incident.count} times, agency {incident.agency_code or '-'}",
        "",
        message.note,
        link if settings.MADANG.public_url else "",
    ]
    mail.set_content("\n".join(lines).strip() + "\n")
    return mail


def begin_mail(address: str, message_id: str, subject: str, sent_at: datetime) -> EmailMessage:
    """Return a mail without its text; `message_id` is the same each time that it is sent."""
    sender = settings.MADANG.mail_from
    domain = parseaddr(sender)[1].partition("@")[2] or "localhost"
    mail = EmailMessage()
    mail["From"], mail["To"] = sender, address
    mail["Message-ID"] = f"<{message_id}@{domain}>"
    mail["Date"] = format_datetime(sent_at.astimezone(CITY_TIMEZONE))
    mail["Auto-Submitted"] = "auto-generated"
    mail["Subject"] = " ".join(subject.split())[:200]
    return mail


class _Limited(smtplib.SMTP):
    """Is cut off after its time: smtplib itself gives as much to each byte of an answer."""

    def __init__(self, host: str, port: int, timeout_s: float, **options: Any) -> None:
        self._timer = threading.Timer(timeout_s, self._cut)
        self._timer.daemon = True
        self._timer.start()
        super().__init__(host, port, timeout=timeout_s, **options)

    def _cut(self) -> None:
        with suppress(OSError):
            if self.sock is not None:
                self.sock.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._timer.cancel()
        super().close()


class _LimitedTls(_Limited, smtplib.SMTP_SSL):
    pass


def _connect(scheme: str, host: str, port: int | None, timeout_s: float) -> smtplib.SMTP:
    if scheme == "smtps":
        return _LimitedTls(host, port or 465, timeout_s, context=_get_tls())
    relay = _Limited(host, port or 25, timeout_s)
    try:
        relay.ehlo()
        if relay.has_extn("starttls"):
            relay.starttls(context=_get_tls())
            relay.ehlo()
    except BaseException:
        relay.close()
        raise
    return relay


@cache
def _get_tls() -> ssl.SSLContext:
    return ssl.create_default_context()


def _judge(error: smtplib.SMTPException) -> Failed | Refused:
    """Tell a final answer (5xx, RFC 5321, 4.2.1) from one that may change."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        codes = [code for code, _ in error.recipients.values()]
    else:
        codes = [error.smtp_code]
    reason = f"{type(error).__name__}: {error}"
    is_login = isinstance(error, smtplib.SMTPAuthenticationError)
    return Refused(reason) if not is_login and all(500 <= code < 600 for code in codes) else Failed(reason)
