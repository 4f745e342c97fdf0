from django.db import migrations

from madang.infrastructure.city_sensors.methods.ngsi.documents import list_values

MOST = 1000


def add_unit_codes(apps, _schema):
    """Write the units that entities have where queries look for them; those written from now on have them there."""
    entities = apps.get_model("city_sensors", "ContextEntity").objects.all()
    values = apps.get_model("city_sensors", "ContextValue")
    rows = (
        values(entity=one, path=path[:1000], text=str(value)[:2000])
        for one in entities.iterator(MOST)
        for path, value in list_values(one.attributes)
        if path.endswith(".unitCode")
    )
    values.objects.bulk_create(rows, MOST)


class Migration(migrations.Migration):
    dependencies = [("city_sensors", "0008_datastreams_of")]

    operations = [migrations.RunPython(add_unit_codes, migrations.RunPython.noop)]
