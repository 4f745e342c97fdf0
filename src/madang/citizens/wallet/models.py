"""Registers from which certificates are issued, offers, certificates, checks and the log."""

from __future__ import annotations

from django.db import models


class RegisterRow(models.Model):
    """What a register says of one person, as the content of one kind of certificate."""

    kind = models.CharField(max_length=40)
    subject = models.CharField(max_length=64, db_index=True)
    content = models.JSONField()
    source = models.CharField(max_length=100)
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "subject"], name="wallet_one_entry_a_person")]


class OfferRow(models.Model):
    """An offer, or a citizen's permission to a wallet, and what became of it; secrets stand here as hashes only.

    A permission has a challenge, an offer has a PIN.
    """

    code_hash = models.CharField(max_length=64, primary_key=True)
    token_hash = models.CharField(max_length=64, unique=True, null=True)
    pin_hash = models.CharField(max_length=64)
    pin_failures = models.IntegerField(default=0)
    kind = models.CharField(max_length=40)
    subject = models.CharField(max_length=64)
    issuer = models.CharField(max_length=300)
    offered_by = models.CharField(max_length=64)
    client = models.CharField(max_length=100, default="")
    redirect_uri = models.CharField(max_length=300, default="")
    challenge = models.CharField(max_length=64, default="")
    expires_at = models.DateTimeField()
    token_expires_at = models.DateTimeField(null=True)
    issued_at = models.DateTimeField(null=True)
    issuance = models.CharField(max_length=36, default="")


class PushedRow(models.Model):
    """What a wallet asked for and no citizen has allowed yet."""

    request_hash = models.CharField(max_length=64, primary_key=True)
    client = models.CharField(max_length=100)
    redirect_uri = models.CharField(max_length=300)
    challenge = models.CharField(max_length=64)
    state = models.CharField(max_length=500)
    kind = models.CharField(max_length=40)
    issuer = models.CharField(max_length=300)
    expires_at = models.DateTimeField(db_index=True)


class RequestRow(models.Model):
    """A request for certificates that somebody at the desk decides; `keys` are the holder's public ones."""

    id = models.CharField(max_length=36, primary_key=True)
    transaction_hash = models.CharField(max_length=64, unique=True)
    offer = models.ForeignKey(OfferRow, on_delete=models.PROTECT)
    keys = models.JSONField()
    is_w3c = models.BooleanField(default=False)
    state = models.CharField(max_length=10, default="waiting")
    reason = models.CharField(max_length=300, default="")
    created_at = models.DateTimeField(db_index=True)
    decided_at = models.DateTimeField(null=True)


class CertificateRow(models.Model):
    """A certificate that was issued: its status, not its content.

    Those of one `issuance` are copies; the first has its number.
    """

    id = models.CharField(max_length=36, primary_key=True)
    issuance = models.CharField(max_length=36, db_index=True, default="")
    copies = models.IntegerField(default=1)
    event = models.CharField(max_length=24, default="")
    is_printed = models.BooleanField(default=False)
    kind = models.CharField(max_length=40)
    subject = models.CharField(max_length=64, db_index=True)
    digest = models.CharField(max_length=64, unique=True)
    list_number = models.IntegerField()
    status_index = models.IntegerField()
    state = models.CharField(max_length=10, default="valid")
    reason = models.CharField(max_length=300, default="")
    issued_at = models.DateTimeField(db_index=True)
    valid_until = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["list_number", "status_index"], name="wallet_each_status_once")
        ]


class CheckRow(models.Model):
    """An eligibility check; `created_by` is "" where another service asked for it."""

    id = models.CharField(max_length=36, primary_key=True)
    rule = models.CharField(max_length=64)
    version = models.IntegerField()
    is_w3c = models.BooleanField(default=False)
    address = models.CharField(max_length=300)
    nonce = models.CharField(max_length=64)
    created_by = models.CharField(max_length=64)
    created_at = models.DateTimeField(db_index=True)
    expires_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    is_eligible = models.BooleanField(null=True)
    reason = models.CharField(max_length=64, default="")
    refusal = models.CharField(max_length=64, default="")


class PseudonymRow(models.Model):
    """Who answers a check that another service asked for, as a pseudonym; "" before a yes, gone once it is used or old.

    Whoever asks again must know the secret, of which the hash stands here.
    """

    asked = models.OneToOneField(CheckRow, on_delete=models.CASCADE, primary_key=True)
    scope = models.CharField(max_length=100)
    secret_hash = models.CharField(max_length=64)
    value = models.CharField(max_length=64, default="")
    expires_at = models.DateTimeField(db_index=True)


class LogEntryRow(models.Model):
    """One entry of the append-only log."""

    number = models.BigIntegerField(primary_key=True)
    content = models.TextField()


class LogNodeRow(models.Model):
    """The hash of one full subtree of the log; it never changes."""

    level = models.SmallIntegerField()
    index = models.BigIntegerField()
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["level", "index"], name="wallet_each_node_once")]


class WitnessRow(models.Model):
    """A witness whose cosignatures the log takes and shows; `key` is its line (C2SP signed-note, "vkey")."""

    key = models.CharField(max_length=300, primary_key=True)
    name = models.CharField(max_length=200)
    added_at = models.DateTimeField()


class CosignatureRow(models.Model):
    """A witness's signature of the checkpoint of one size."""

    witness = models.ForeignKey(WitnessRow, on_delete=models.CASCADE)
    size = models.BigIntegerField(db_index=True)
    line = models.CharField(max_length=400)
    signed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["witness", "size"], name="wallet_each_signs_once")]


class TransferConsentRow(models.Model):
    """A person's consent that a bundle of what registers say of them goes to its receiver."""

    id = models.CharField(max_length=36, primary_key=True)
    subject = models.CharField(max_length=64, db_index=True)
    bundle = models.CharField(max_length=64)
    version = models.IntegerField()
    given_at = models.DateTimeField(db_index=True)
    expires_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)


class TransferRow(models.Model):
    """One transfer under a consent: when, to which agency, of what; of the content only a digest with a salt not kept."""

    id = models.CharField(max_length=36, primary_key=True)
    consent = models.ForeignKey(TransferConsentRow, on_delete=models.PROTECT)
    at = models.DateTimeField(db_index=True)
    receiver = models.CharField(max_length=64)
    received_by = models.CharField(max_length=64)
    kinds = models.JSONField()
    digest = models.CharField(max_length=64)


class ProgramRow(models.Model):
    """An agency's program, or another house's, that may ask citizens for the agency's bundles: a hash of its secret, or its keys."""

    id = models.CharField(max_length=36, primary_key=True)
    title_ko = models.CharField(max_length=100)
    title_en = models.CharField(max_length=100)
    receiver = models.CharField(max_length=64)
    redirect_uris = models.JSONField()
    secret_hash = models.CharField(max_length=64)
    keys = models.JSONField(default=list)
    added_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=300, default="")


class AssertionRow(models.Model):
    """An assertion that a program has shown who it is by, as a hash: until it is over it can't come again."""

    assertion_hash = models.CharField(max_length=64, primary_key=True)
    expires_at = models.DateTimeField(db_index=True)


class ProgramGrantRow(models.Model):
    """A citizen's yes to a program: its code, the consent that it stands on, and whether something ended it."""

    code_hash = models.CharField(max_length=64, primary_key=True)
    program = models.ForeignKey(ProgramRow, on_delete=models.PROTECT)
    consent = models.OneToOneField(TransferConsentRow, on_delete=models.PROTECT)
    redirect_uri = models.CharField(max_length=300)
    challenge = models.CharField(max_length=64)
    code_expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)


class ProgramTokenRow(models.Model):
    """A token of a grant, as a hash; a refresh token is `used` once."""

    token_hash = models.CharField(max_length=64, primary_key=True)
    grant = models.ForeignKey(ProgramGrantRow, on_delete=models.CASCADE)
    is_refresh = models.BooleanField()
    expires_at = models.DateTimeField(db_index=True)
    used_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)


class ProviderRow(models.Model):
    """Another provider of bundles, of which this house is a program; its secret is sealed."""

    id = models.CharField(max_length=36, primary_key=True)
    title_ko = models.CharField(max_length=100)
    title_en = models.CharField(max_length=100)
    issuer = models.CharField(max_length=300)
    client = models.CharField(max_length=100)
    secret = models.TextField()
    scope = models.CharField(max_length=64)
    added_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)


class ConnectionRow(models.Model):
    """A citizen's connection to another provider: on its way while it has a state, then with its sealed tokens."""

    id = models.CharField(max_length=36, primary_key=True)
    subject = models.CharField(max_length=64, db_index=True)
    provider = models.ForeignKey(ProviderRow, on_delete=models.PROTECT)
    state_hash = models.CharField(max_length=64, unique=True, null=True)
    redirect_uri = models.CharField(max_length=300)
    secrets = models.TextField()
    started_at = models.DateTimeField(db_index=True)
    connected_at = models.DateTimeField(null=True)
    fetched_at = models.DateTimeField(null=True)


class TrustedIssuerRow(models.Model):
    """Another issuer whose certificates the city takes: of which kinds (ours → its `vct`), from when until when."""

    id = models.CharField(max_length=36, primary_key=True)
    issuer = models.CharField(max_length=300, db_index=True)
    title_ko = models.CharField(max_length=100)
    title_en = models.CharField(max_length=100)
    kinds = models.JSONField()
    keys = models.JSONField()
    keys_address = models.CharField(max_length=300)
    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField()
    added_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=300, default="")


class FetchedRow(models.Model):
    """What another issuer published at an address, as it came last, with its ETag."""

    address = models.CharField(max_length=500, primary_key=True)
    etag = models.CharField(max_length=200, default="")
    content = models.TextField(default="")
    fetched_at = models.DateTimeField(null=True)
    tried_at = models.DateTimeField()
