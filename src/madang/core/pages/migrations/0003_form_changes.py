from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("pages", "0002_saved_views")]

    operations = [
        migrations.CreateModel(
            name="FormChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("path", models.CharField(max_length=200)),
                ("at", models.DateTimeField()),
                ("actor", models.CharField(max_length=64)),
                ("actor_name", models.CharField(max_length=150)),
                ("fields", models.JSONField()),
            ],
            options={
                "verbose_name": "change of settings",
                "ordering": ("-at", "-pk"),
                "indexes": [models.Index(fields=["path", "-at"], name="pages_form_changes")],
            },
        ),
    ]
