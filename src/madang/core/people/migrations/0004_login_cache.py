"""What several web processes share of a login (codes, used second factors, counts of tries) lies in a table."""

from django.core.management import call_command
from django.db import migrations


def make_table(_apps, schema_editor):
    call_command("createcachetable", "login_cache", database=schema_editor.connection.alias, verbosity=0)


class Migration(migrations.Migration):
    dependencies = [("people", "0003_clients_may_refresh")]

    operations = [
        migrations.RunPython(
            make_table,
            lambda _apps, schema_editor: schema_editor.execute("DROP TABLE login_cache"),
        )
    ]
