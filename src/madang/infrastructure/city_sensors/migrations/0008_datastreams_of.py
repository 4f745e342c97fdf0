import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("city_sensors", "0007_ids")]

    operations = [
        migrations.AlterField(
            model_name="datastream",
            name="observed_property",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="datastreams",
                to="city_sensors.observedproperty",
            ),
        ),
        migrations.AddIndex(
            model_name="datastream",
            index=models.Index(
                fields=["observed_property", "id", "thing"], name="city_sensors_datastream_of"
            ),
        ),
    ]
