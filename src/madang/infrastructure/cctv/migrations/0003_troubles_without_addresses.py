"""What was wrong with a source was once told with its address, which may hold a password."""

from django.db import migrations


def forget(apps, _editor):
    """Empty what tells an address; what is still wrong is told anew within seconds."""
    apps.get_model("cctv", "SourceRow").objects.filter(trouble__contains="://").update(trouble="")


class Migration(migrations.Migration):
    dependencies = [("cctv", "0002_rings")]
    operations = [migrations.RunPython(forget, migrations.RunPython.noop)]
