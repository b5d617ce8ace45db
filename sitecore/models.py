from django.db import models
from django.utils import timezone


class Attempt(models.Model):
    """A password that was tried a moment ago: MACs only, deleted after sitecore.attempts.WINDOW."""

    sender = models.CharField(max_length=64, blank=True)
    account = models.CharField(max_length=64, blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [
            models.Index(fields=["sender", "at"], name="attempt_sender"),
            models.Index(fields=["account", "at"], name="attempt_account"),
            models.Index(fields=["at"], name="attempt_age"),
        ]

    def __str__(self):
        return f"Attempt {self.pk}"
