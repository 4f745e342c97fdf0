"""Systems that were registered before they were allowed to use the refresh tokens they get."""

from django.db import migrations


def allow_refresh(apps, _schema_editor):
    clients = apps.get_model("allauth_idp_oidc", "Client").objects
    clients.filter(grant_types="authorization_code").update(grant_types="authorization_code\nrefresh_token")


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0002_tokens_consent_throttle"),
        ("allauth_idp_oidc", "0003_client_allow_uri_wildcards"),
    ]

    operations = [migrations.RunPython(allow_refresh, migrations.RunPython.noop)]
