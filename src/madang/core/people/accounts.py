"""How accounts come about, log in and show themselves to other systems, for the login library."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.idp.oidc.adapter import DefaultOIDCAdapter
from allauth.idp.oidc.models import PrivateKey
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from cryptography.fernet import Fernet
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import get_language

from madang.core.base.interface import Text, now

from .actions.accounts import admit_citizen
from .audit import record_audit
from .authentication import actor_of
from .keys import get_login_key_pem
from .models import Account
from .throttle import must_wait

WAIT = Text(
    ko="비밀번호를 여러 번 잘못 입력했어요. 5분 뒤에 다시 해 주세요.",
    en="Too many wrong passwords. Please try again in five minutes.",
)


class AccountAdapter(DefaultAccountAdapter):
    """Citizens sign up themselves; staff accounts are made by an administrator."""

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Say that somebody must wait, rather than that a right password is wrong."""
        if must_wait(request, credentials.get("username", ""), now()):
            raise ValidationError(WAIT.say(get_language() or "ko"), code="too_many_login_attempts")

    def login(self, request: HttpRequest, user: Any) -> None:
        """Log somebody in, on record."""
        super().login(request, user)
        with transaction.atomic():
            details = {"address": self.get_client_ip(request)}
            record_audit(
                actor=actor_of(user),
                now=now(),
                action="people.sign_in",
                subject=user.public_id,
                details=details,
            )

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Send staff to the desk and citizens to the city."""
        return "/desk/" if actor_of(request.user).may("desk") else "/"

    def get_signup_redirect_url(self, request: HttpRequest) -> str:
        """Send a new citizen to the city."""
        return self.get_login_redirect_url(request)

    def save_user(self, request: HttpRequest, user: Any, form: Any, commit: bool = True) -> Any:  # noqa: FBT001, FBT002
        """Make the account of a citizen who signs up."""
        user = super().save_user(request, user, form, commit=False)
        return admit_citizen(account=user, now=now()) if commit else user


class SocialAdapter(DefaultSocialAccountAdapter):
    """Login through another system makes a citizen's account; roles are granted here, never taken over."""

    def save_user(self, request: HttpRequest, sociallogin: Any, form: Any = None) -> Any:
        """Make the account of a citizen who comes from another system."""
        user = super().save_user(request, sociallogin, form)
        return admit_citizen(account=user, now=now())

    def populate_user(self, request: HttpRequest, sociallogin: Any, data: dict[str, Any]) -> Any:
        """Take the person's name, which here is one field."""
        user = super().populate_user(request, sociallogin, data)
        user.name = data.get("name") or ""
        return user


class SecondFactorAdapter(DefaultMFAAdapter):
    """Keeps the secrets of second factors encrypted by the house's secret key."""

    def encrypt(self, text: str) -> str:
        """Return `text` as it is stored."""
        return _get_cipher().encrypt(text.encode()).decode("ascii")

    def decrypt(self, encrypted_text: str) -> str:
        """Return what `encrypt` was given."""
        return _get_cipher().decrypt(encrypted_text.encode("ascii")).decode()


class ProviderAdapter(DefaultOIDCAdapter):
    """Login for other systems: our own key, and the public id as subject."""

    def list_private_keys(self, **_filters: Any) -> list[PrivateKey]:
        """Return the house's key, which is made on first use."""
        return [PrivateKey(pem=get_login_key_pem())]

    def get_issuer(self) -> str:
        """Return the address people use, which mustn't follow a forged Host header."""
        return settings.MADANG.public_url.rstrip("/") or super().get_issuer()

    def populate_server_metadata(self, data: dict[str, Any]) -> None:
        """Describe what is offered here: the code flow, and no device flow."""
        data.pop("device_authorization_endpoint", None)
        data["grant_types_supported"] = ["authorization_code", "refresh_token"]
        data["response_types_supported"] = ["code"]

    def get_user_sub(self, client: Any, user: AbstractBaseUser) -> str:
        """Return the account's public id."""
        return user.public_id  # type: ignore[attr-defined]

    def get_user_by_sub(self, client: Any, sub: str) -> AbstractBaseUser | None:
        """Return the active account with this public id."""
        return Account.objects.filter(public_id=sub, is_active=True).first()


def _get_cipher() -> Fernet:
    key = hashlib.sha256(b"second factor\n" + settings.SECRET_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))
