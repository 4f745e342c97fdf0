from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("wallet", "0007_w3c_credentials"),
    ]

    operations = [
        migrations.CreateModel(
            name="AssertionRow",
            fields=[
                ("assertion_hash", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("expires_at", models.DateTimeField(db_index=True)),
            ],
        ),
        migrations.AddField(
            model_name="programrow",
            name="keys",
            field=models.JSONField(default=list),
        ),
    ]
