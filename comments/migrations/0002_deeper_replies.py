from django.db import migrations, models


class Migration(migrations.Migration):
    """A small integer of PostgreSQL ends at a chain of 32,767 replies."""

    dependencies = [("comments", "0001_initial")]

    operations = [
        migrations.AlterField("comment", "depth", models.PositiveIntegerField()),
    ]
