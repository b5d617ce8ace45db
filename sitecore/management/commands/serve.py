import gc
import sys

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connections

from comments import sample
from sitecore import VERSION, web, welcome
from sitecore.management.commands import worker
from sitecore.supervisor import Child, Supervisor


class Command(BaseCommand):
    help = "Serve the site: gunicorn and the worker, until SIGTERM."

    def add_arguments(self, parser):
        parser.add_argument("--no-migrate", action="store_true")
        parser.add_argument("--no-worker", action="store_true", help="`worker` runs elsewhere")

    def handle(self, *, no_migrate, no_worker, **options):
        listener = web.listen(settings.BIND)
        if not no_migrate:
            self.migrate()
        self.first_start()
        application = web.Web(listener)
        children = [Child("gunicorn", application.serve)]
        if not no_worker:
            children.append(Child("worker", worker.run))
        share_memory(application)
        sys.exit(Supervisor(children, when_stopping=listener.close).run())

    def migrate(self):
        try:
            call_command("migrate", interactive=False, verbosity=0)
        except OperationalError as error:
            reason = type(error.__cause__ or error).__name__
            raise CommandError(
                f"The database that DATABASE_URL names does not answer ({reason})."
            ) from None

    def first_start(self):
        sample.create()
        self.stdout.write(f"Afterword {VERSION} at {settings.SITE_URL}")
        if link := welcome.link():
            self.stdout.write(f"Set up your site: {link}  (works once, for 24 hours)")
        self.stdout.flush()


def share_memory(application):
    """Load all that requests need, so that the children share it, and nothing they may not."""
    application.wsgi()
    for connection in connections.all(initialized_only=True):
        connection.close()
        if connection.vendor == "postgresql":
            connection.close_pool()
    gc.collect()
    gc.freeze()
