from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("voting", "0007_enrolments"),
    ]

    operations = [
        migrations.AlterField(
            model_name=name,
            name="id",
            field=models.BigAutoField(primary_key=True, serialize=False),
        )
        for name in ("voterrow", "ballotrow")
    ]
