"""Lines and areas of places."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("city_map", "0001_themes")]  # noqa: RUF012

    operations = [  # noqa: RUF012
        migrations.AddField("placerow", "shape", models.TextField(default="")),
    ]
