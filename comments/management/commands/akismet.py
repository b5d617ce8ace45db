from django.core.management.base import BaseCommand, CommandError

from comments import moderation, spam

NO_KEY = "There is no Akismet key. Enter one in admin, or set AKISMET_API_KEY."
PROBLEMS = {
    spam.KeyState.INVALID: "Akismet does not know this key.",
    spam.KeyState.UNREACHABLE: "Akismet could not be reached, so nothing is known about the key.",
}


class Command(BaseCommand):
    help = "Ask Akismet about the key, or have held comments checked now."

    def add_arguments(self, parser):
        acts = parser.add_subparsers(dest="act", required=True)
        acts.add_parser("verify", help="ask Akismet whether it knows the key")
        acts.add_parser("recheck", help="make all comments due that a fault holds")

    def handle(self, *, act, **options):
        if not spam.enabled():
            raise CommandError(NO_KEY)
        {"verify": self.verify, "recheck": self.recheck}[act]()

    def verify(self):
        state = spam.verify(spam.key())
        if state in PROBLEMS:
            raise CommandError(PROBLEMS[state])
        self.stdout.write("Akismet knows this key.")

    def recheck(self):
        due = moderation.make_due_again()
        self.stdout.write(f"Due for a check now: {due}. The worker takes them up.")
