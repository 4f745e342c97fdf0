import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("voting", "0006_subscribers"),
    ]

    operations = [
        migrations.CreateModel(
            name="EnrolmentRow",
            fields=[
                ("uuid", models.CharField(max_length=40, primary_key=True, serialize=False)),
                ("title", models.CharField(max_length=300)),
                ("rule", models.CharField(max_length=64)),
                ("group", models.CharField(max_length=20)),
                ("begun_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="EnrolledRow",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("key", models.CharField(max_length=64)),
                (
                    "enrolment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="enrolled",
                        to="voting.enrolmentrow",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("enrolment", "key"), name="voting_enrol_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="CredentialRow",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("key", models.CharField(max_length=64)),
                ("credential", models.TextField()),
                (
                    "enrolment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="credentials",
                        to="voting.enrolmentrow",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("enrolment", "key"), name="voting_each_credential_once")
                ],
            },
        ),
    ]
