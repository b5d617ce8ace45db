from django.db import migrations

COLUMNS = {
    "comments_comment": ("author_name", "author_email", "author_url", "body", "body_html"),
    "comments_submission": (
        *("key", "ip", "network", "wider", "person"),
        *("peer", "forwarded", "user_agent", "referrer"),
    ),
}


def sample(schema_editor, target: int) -> None:
    """How many values of each column PostgreSQL keeps to plan by; -1: as usual."""
    if schema_editor.connection.vendor != "postgresql":
        return
    for table, columns in COLUMNS.items():
        changes = ", ".join(f"ALTER {column} SET STATISTICS {target}" for column in columns)
        schema_editor.execute(f"ALTER TABLE {table} {changes}")


class Migration(migrations.Migration):
    """PostgreSQL's samples would outlive the rows: those of an emptied table are never renewed."""

    dependencies = [("comments", "0003_submission_senders")]

    operations = [
        migrations.RunPython(
            lambda apps, schema_editor: sample(schema_editor, 0),
            lambda apps, schema_editor: sample(schema_editor, -1),
        )
    ]
