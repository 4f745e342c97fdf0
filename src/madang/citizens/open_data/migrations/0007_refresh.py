from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("open_data", "0006_written"),
    ]

    operations = [
        migrations.CreateModel(
            name="RefreshRow",
            fields=[
                ("dataset", models.CharField(max_length=63, primary_key=True, serialize=False)),
                ("address", models.CharField(max_length=500)),
                ("every_hours", models.PositiveIntegerField()),
                ("is_on", models.BooleanField(default=True)),
                ("due_at", models.DateTimeField(db_index=True)),
                ("last_at", models.DateTimeField(null=True)),
                ("changed_at", models.DateTimeField(null=True)),
                ("digest", models.CharField(blank=True, max_length=64)),
                ("trouble", models.TextField(blank=True)),
            ],
        ),
    ]
