from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("pages", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="SavedView",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("path", models.CharField(max_length=200)),
                ("name", models.CharField(max_length=60)),
                ("query", models.CharField(max_length=2000)),
                ("owner", models.CharField(max_length=64)),
                ("owner_name", models.CharField(max_length=150)),
                ("agency_code", models.CharField(blank=True, max_length=40)),
                ("is_shared", models.BooleanField(default=False)),
                ("is_default", models.BooleanField(default=False)),
            ],
            options={
                "verbose_name": "saved view",
                "ordering": ("name",),
                "constraints": [
                    models.UniqueConstraint(fields=("path", "owner", "name"), name="pages_one_view_per_name"),
                    models.UniqueConstraint(
                        condition=models.Q(("is_default", True)),
                        fields=("path", "owner"),
                        name="pages_one_default_view",
                    ),
                ],
            },
        ),
    ]
