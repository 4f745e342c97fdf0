"""Registers are brought to this version's form where they aren't, and left alone where they are."""

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from madang.core.base.interface import Conflict, are_registers_ready, prepare_registers


@pytest.mark.django_db(transaction=True)
def test_only_what_is_behind_is_migrated():
    assert are_registers_ready()
    call_command("migrate", "places", "zero", verbosity=0)
    assert not are_registers_ready()
    prepare_registers()
    assert are_registers_ready()


@pytest.mark.django_db
def test_registers_of_a_newer_version_are_refused():
    MigrationRecorder(connection).record_applied("places", "9999_of_tomorrow")
    with pytest.raises(Conflict, match="9999_of_tomorrow"):
        prepare_registers()


@pytest.mark.django_db
def test_migrations_that_were_put_together_are_no_sign_of_a_newer_version():
    MigrationRecorder(connection).record_applied("places", "0000_long_ago")
    MigrationRecorder(connection).record_applied("a_service_that_is_gone", "9999_last")
    assert are_registers_ready()
