from django.core.management.base import BaseCommand
from django.utils import timezone

from comments import retention


class Command(BaseCommand):
    help = "Delete all that is past its time. The worker does this by itself, bit by bit."

    def add_arguments(self, parser):
        parser.add_argument("--compact", action="store_true", help="then rewrite the database")

    def handle(self, *, compact, **options):
        now, deleted = timezone.now(), 0
        while done := retention.run(now):
            deleted += done
        self.stdout.write(f"Deleted: {deleted}.")
        if compact:
            retention.compact()
