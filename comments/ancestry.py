"""The comments above a comment, walked in the database: one query, however many they are."""

from django.db import connection

STRIDE = 1000  # comments in one walk, and so in one IN (...)

DARK = """
    WITH RECURSIVE above (id, parent_id, shown, step) AS (
        SELECT id, parent_id, shown, 1 FROM comments_comment WHERE id = %s
        UNION ALL
        SELECT c.id, c.parent_id, c.shown, step + 1 FROM comments_comment c
        JOIN above ON c.id = above.parent_id
        WHERE NOT above.shown AND step < %s
    )
    SELECT id FROM above ORDER BY step
"""
NEEDLESS = """
    WITH RECURSIVE above (id, parent_id, goes, step) AS (
        SELECT id, parent_id, TRUE, 0 FROM comments_comment WHERE id = %s
        UNION ALL
        SELECT c.id, c.parent_id, c.shown AND c.status <> 'approved' AND NOT EXISTS (
            SELECT 1 FROM comments_comment reply
            WHERE reply.parent_id = c.id AND reply.shown AND reply.id <> above.id
        ), step + 1 FROM comments_comment c JOIN above ON c.id = above.parent_id
        WHERE above.goes AND step < %s
    )
    SELECT id, goes FROM above WHERE step > 0 ORDER BY step
"""


def dark(pk: int) -> list[int]:
    """This comment and those above it, up to the first that is shown, which is the last given."""
    return [row[0] for row in _walk(DARK, pk)]


def needless(pk: int) -> dict[int, bool]:
    """The comments above this one, and whether each leaves the thread with it: up to the first
    that does not, nearest first."""
    return {row[0]: bool(row[1]) for row in _walk(NEEDLESS, pk)}


def _walk(query: str, pk: int) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(query, [pk, STRIDE])
        return cursor.fetchall()
