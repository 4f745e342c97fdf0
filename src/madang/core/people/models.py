"""Registers of the people room."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.db import models
from django.utils import timezone

from madang.core.base.interface import Text, new_id


class AccountManager(BaseUserManager["Account"]):
    """Makes accounts with hashed passwords."""

    def create_user(self, username: str, password: str | None = None, **fields: Any) -> Account:
        """Return a new account; without a password nobody can log in by one."""
        account = self.model(username=self.model.normalize_username(username), **fields)
        account.set_password(password)
        account.save(using=self._db)
        return account

    def create_superuser(self, username: str, password: str | None = None, **fields: Any) -> Account:
        """Return a new account that may do everything (for `madang createsuperuser`)."""
        return self.create_user(username, password, is_superuser=True, **fields)


class Account(AbstractBaseUser):
    """Somebody who can log in. `public_id` is the id the rest of the house knows."""

    public_id = models.CharField(max_length=36, unique=True, default=new_id, editable=False)
    username = models.CharField(max_length=150, unique=True, validators=[UnicodeUsernameValidator()])
    name = models.CharField(max_length=150, blank=True)
    email = models.EmailField(blank=True)
    agency_code = models.CharField(max_length=40, blank=True)
    is_active = models.BooleanField(default=True)
    is_superuser = models.BooleanField(default=False)
    is_demo = models.BooleanField(default=False)
    date_joined = models.DateTimeField(default=timezone.now)

    objects = AccountManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: list[str] = []

    def get_full_name(self) -> str:
        """Return the name people see."""
        return self.name or self.username


class AgencyKind(models.TextChoices):
    """What kind of organisation an agency is; labels are said by `records.AGENCY_KINDS`."""

    CITY = "city"
    OFFICE = "office"
    BUREAU = "bureau"
    DIVISION = "division"
    DISTRICT = "district"
    INSTITUTION = "institution"


class Agency(models.Model):
    """A part of the city: data, never code. `district_code` is a legal code (5 digits) where it is one."""

    code = models.CharField(max_length=40, unique=True)
    name_ko = models.CharField(max_length=100)
    name_en = models.CharField(max_length=150)
    kind = models.CharField(max_length=20, choices=AgencyKind.choices)
    parent_code = models.CharField(max_length=40, blank=True, db_index=True)
    district_code = models.CharField(max_length=10, blank=True)

    class Meta:
        ordering = ["code"]

    @property
    def name(self) -> Text:
        """The name in the city's languages."""
        return Text(ko=self.name_ko, en=self.name_en)


class Grant(models.Model):
    """`account` has `role` in `service` ("*": all) for `agency_code` and those below it ("*": all)."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="grants")
    role = models.CharField(max_length=40)
    service = models.CharField(max_length=60, default="*")
    agency_code = models.CharField(max_length=40, default="*")
    granted_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "role", "service", "agency_code"], name="people_grant_once"
            )
        ]


class ApiToken(models.Model):
    """A program's key: what its owner may do, narrowed to `scopes` and to one agency ("*": the owner's).

    Only the prefix and a SHA-256 of the whole token are kept; 256 random bits need no slow hash.
    """

    public_id = models.CharField(max_length=36, unique=True, default=new_id, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=100)
    prefix = models.CharField(max_length=8, unique=True)
    token_hash = models.CharField(max_length=64)
    scopes = models.JSONField(default=list)
    agency_code = models.CharField(max_length=40, default="*")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)


class Consent(models.Model):
    """A person agreed that data about them is used for a purpose; withdrawn rows stay as history."""

    public_id = models.CharField(max_length=36, unique=True, default=new_id, editable=False)
    subject = models.CharField(max_length=100, db_index=True)
    purpose = models.CharField(max_length=60)
    legal_basis = models.TextField()
    given_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)


class LoginFailure(models.Model):
    """One failed password, counted under the account's name and under the sender's address."""

    key = models.CharField(max_length=80)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["key", "at"], name="people_failure_key_at")]


class AppendOnly(models.QuerySet["AuditRow"]):
    """Rows that are added and read, and nothing else."""

    def update(self, **_fields: Any) -> int:
        """Refuse: what was recorded stays."""
        raise TypeError("audit rows are never changed")

    def delete(self) -> tuple[int, dict[str, int]]:
        """Refuse: what was recorded stays."""
        raise TypeError("audit rows are never deleted")


class AuditRow(models.Model):
    """Who did what to which record, when and why; each row's hash covers the hash before it.

    `details_json` is kept as the text that was hashed, since a database may write JSON differently.
    """

    seq = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField(db_index=True)
    actor_id = models.CharField(max_length=60, db_index=True)
    actor_name = models.TextField(blank=True)
    action = models.CharField(max_length=120, db_index=True)
    subject = models.TextField()
    purpose = models.TextField(blank=True)
    details_json = models.TextField(default="{}")
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    objects = AppendOnly.as_manager()

    class Meta:
        ordering = ["seq"]

    def save(self, *args: Any, force_insert: bool = False, **kwargs: Any) -> None:
        """Add the row; one that is there already stays."""
        if not force_insert:
            raise TypeError("audit rows are never changed")
        super().save(*args, force_insert=True, **kwargs)

    def delete(self, *_args: Any, **_kwargs: Any) -> tuple[int, dict[str, int]]:
        """Refuse: what was recorded stays."""
        raise TypeError("audit rows are never deleted")
