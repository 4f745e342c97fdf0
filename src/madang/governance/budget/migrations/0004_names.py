from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("budget", "0003_references"),
    ]

    operations = [
        migrations.CreateModel(
            name="NameRow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("ko", models.CharField(max_length=300, unique=True)),
                ("en", models.CharField(max_length=300)),
                ("entered_by", models.CharField(max_length=200)),
                ("entered_at", models.DateTimeField()),
            ],
        ),
    ]
