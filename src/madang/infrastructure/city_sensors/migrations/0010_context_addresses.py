from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("city_sensors", "0009_unit_codes")]

    operations = [
        migrations.AddField(
            "hostedcontext", "address", models.CharField(max_length=500, null=True, unique=True)
        )
    ]
