from django.db import migrations, models


class Migration(migrations.Migration):
    """Who sends: the network around a /64, and the person, found by an index."""

    dependencies = [("comments", "0002_deeper_replies")]

    operations = [
        migrations.AddField("submission", "wider", models.CharField(blank=True, max_length=45)),
        migrations.AddField("submission", "person", models.CharField(blank=True, max_length=64)),
        migrations.AddIndex(
            "submission", models.Index(fields=["wider", "created_at"], name="submission_wider")
        ),
        migrations.AddIndex(
            "submission", models.Index(fields=["person", "created_at"], name="submission_person")
        ),
    ]
