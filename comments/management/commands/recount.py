from django.core.management.base import BaseCommand, CommandError

from comments import recount


class Command(BaseCommand):
    help = "Verify the threads: places, what is shown, counts. Mends what follows from the rest."

    def add_arguments(self, parser):
        parser.add_argument("--check", action="store_true", help="say what is wrong, mend nothing")

    def handle(self, *, check, **options):
        found = wrong = 0
        for finding in recount.run(mend=not check):
            self.stdout.write(finding.text + (" Mended." if finding.mended else ""))
            found += 1
            wrong += not finding.mended
        if wrong:
            raise CommandError(f"{wrong} of {found} are not mended.")
        self.stdout.write(f"{found} mended." if found else "All threads are right.")
