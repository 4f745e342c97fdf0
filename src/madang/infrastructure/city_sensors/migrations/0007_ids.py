from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("city_sensors", "0006_scopes_and_cells")]

    operations = [
        migrations.AddIndex(
            model_name="contextentity",
            index=models.Index(fields=["id"], name="city_sensors_context_ids"),
        ),
        migrations.AlterField(
            model_name="contexttype",
            name="iri",
            field=models.CharField(max_length=600),
        ),
        migrations.AddIndex(
            model_name="contexttype",
            index=models.Index(fields=["iri", "entity"], name="city_sensors_context_types"),
        ),
        migrations.AddIndex(
            model_name="datastream",
            index=models.Index(fields=["id"], name="city_sensors_datastream_ids"),
        ),
    ]
