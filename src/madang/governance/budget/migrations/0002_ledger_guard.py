"""The database itself refuses to change or delete what stands in the ledger."""

from django.db import migrations

TABLES = ("budget_entryrow", "budget_linerow")
REFUSAL = "the ledger is append-only: write a reversal instead"
POSTGRES_FUNCTION = f"""
CREATE OR REPLACE FUNCTION budget_refuse_change() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'integrity_constraint_violation'; END $$
"""


def install(_apps, editor):
    """Lay the triggers."""
    is_postgres = editor.connection.vendor == "postgresql"
    if is_postgres:
        editor.execute(POSTGRES_FUNCTION)
    does = "FOR EACH ROW EXECUTE FUNCTION budget_refuse_change()"
    if not is_postgres:
        does = f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
    for table in TABLES:
        for event in ("UPDATE", "DELETE"):
            editor.execute(f"CREATE TRIGGER {table}_{event.lower()} BEFORE {event} ON {table} {does}")


def remove(_apps, editor):
    """Take the triggers away."""
    on = editor.connection.vendor == "postgresql"
    for table in TABLES:
        for event in ("update", "delete"):
            editor.execute(f"DROP TRIGGER {table}_{event}" + (f" ON {table}" if on else ""))


class Migration(migrations.Migration):
    dependencies = [("budget", "0001_initial")]
    operations = [migrations.RunPython(install, remove)]
