from django.db import migrations, models

from madang.infrastructure.city_sensors.methods.ngsi.cells import find_cell


def work_out_cells(apps, _schema):
    """Write the cells of entities that have a place."""
    entities = apps.get_model("city_sensors", "ContextEntity").objects
    for row in entities.filter(west__isnull=False).only("west", "south", "east", "north").iterator():
        entities.filter(pk=row.pk).update(cell=find_cell((row.west, row.south, row.east, row.north)))


class Migration(migrations.Migration):
    dependencies = [("city_sensors", "0005_sources")]

    operations = [
        migrations.AddField(
            model_name="contextentity",
            name="cell",
            field=models.CharField(db_index=True, max_length=24, null=True),
        ),
        migrations.AddField(
            model_name="contextentity",
            name="scopes",
            field=models.TextField(default=""),
        ),
        migrations.RunPython(work_out_cells, migrations.RunPython.noop),
    ]
