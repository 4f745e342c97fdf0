from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cctv", "0003_troubles_without_addresses"),
    ]

    operations = [
        migrations.CreateModel(
            name="SignTextRow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("sign_id", models.CharField(db_index=True, max_length=64)),
                ("text_ko", models.CharField(max_length=100)),
                ("text_en", models.CharField(max_length=100)),
                ("begun_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                ("set_by_name", models.CharField(max_length=150)),
                ("ended_by_name", models.CharField(default="", max_length=150)),
            ],
        ),
    ]
