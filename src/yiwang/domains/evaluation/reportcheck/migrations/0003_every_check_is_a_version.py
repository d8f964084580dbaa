"""In a transaction of its own: PostgreSQL alters no table on which the one before left deferred checks."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("s46", "0002_reports")]

    operations = [
        migrations.AlterField("check", "report", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="versions", to="s46.report")),
        migrations.AlterField("check", "number", models.PositiveIntegerField()),
        migrations.AddConstraint("check", models.UniqueConstraint(fields=["report", "number"], name="s46_one_version_of_a_number")),
    ]
