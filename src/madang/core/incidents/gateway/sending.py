"""Send one hand-over to one target, whatever its channel."""

from __future__ import annotations

from datetime import datetime

from madang.core.incidents.records import Channel, Target

from .addresses import WEB
from .mail import send_mail
from .mqtt import send_mqtt
from .outcomes import Failed, NotConfigured, Refused
from .webhook import send_webhook

__all__ = ["Failed", "NotConfigured", "Refused", "send"]


def send(target: Target, message_id: str, body: bytes, *, sent_at: datetime, timeout_s: float) -> None:
    """Return once the target says that it has `body`; raise Failed, Refused or NotConfigured."""
    if target.channel in WEB:
        send_webhook(target, message_id, body, sent_at=sent_at, timeout_s=timeout_s)
    elif target.channel == Channel.EMAIL:
        send_mail(target, message_id, body, sent_at=sent_at, timeout_s=timeout_s)
    else:
        send_mqtt(target, body, timeout_s=timeout_s)
