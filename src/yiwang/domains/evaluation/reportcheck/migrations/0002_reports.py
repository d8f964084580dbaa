"""Checks become versions of a report; what was checked before is a report of one version, its owner's alone."""

import uuid
from collections import Counter

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def one_report_each(apps, schema_editor):
    Check, Report = apps.get_model("s46", "Check"), apps.get_model("s46", "Report")
    for check in Check.objects.select_related("checked_by").iterator(chunk_size=50):
        check.report = Report.objects.create(
            title=check.filename,
            unit_id=check.checked_by.unit_id,
            created_by=check.checked_by,
            created_at=check.checked_at,
        )
        counts = Counter(finding["kind"] for finding in check.result["findings"])
        check.number, check.tally = 1, {kind: [count, 0] for kind, count in counts.items()}
        check.save(update_fields=["report", "number", "tally"])


class Migration(migrations.Migration):

    dependencies = [
        ("s46", "0001_initial"),
        ("files", "0001_initial"),
        ("orgs", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Report",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("title", models.CharField(max_length=255)),
                ("shared", models.BooleanField(default=False)),
                ("created_at", models.DateTimeField()),
                ("created_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("unit", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="orgs.unit")),
            ],
            options={"ordering": ["-id"]},
        ),
        migrations.CreateModel(
            name="Dismissal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=40)),
                ("severity", models.CharField(max_length=10)),
                ("places", models.JSONField()),
                ("context", models.TextField(blank=True)),
                ("message", models.TextField()),
                ("reason", models.CharField(max_length=200)),
                ("dismissed_at", models.DateTimeField()),
                ("taken_back_at", models.DateTimeField(null=True)),
                ("dismissed_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("taken_back_by", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("report", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="dismissals", to="s46.report")),
            ],
            options={"ordering": ["id"]},
        ),
        migrations.AddField("check", "report", models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name="versions", to="s46.report")),
        migrations.AddField("check", "number", models.PositiveIntegerField(null=True)),
        migrations.AddField("check", "file", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="files.storedfile")),
        migrations.AddField("check", "dismissed", models.PositiveIntegerField(default=0)),
        migrations.AddField("check", "tally", models.JSONField(default=dict)),
        migrations.AlterField("check", "checked_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
        migrations.RunPython(one_report_each, migrations.RunPython.noop),
    ]
