from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand

from sitecore import welcome


class Command(BaseCommand):
    help = "Print a fresh link to set the site up. It works once, for 24 hours."

    def handle(self, **options):
        if link := welcome.link():
            self.stdout.write(link)
            return
        author = get_user_model().objects.filter(is_superuser=True).earliest("pk")
        self.stdout.write(
            f"This site is set up. A new password: manage.py changepassword {author.get_username()}"
        )
