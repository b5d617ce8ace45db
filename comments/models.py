from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone

from posts.models import Post, Site


class DiscussionQuerySet(models.QuerySet):
    def of(self, site: Site) -> "Discussion":
        """The site's rules; read with the site itself where they exist."""
        try:
            return site.discussion
        except Discussion.DoesNotExist:
            return self.get_or_create(site=site)[0]


class Discussion(models.Model):
    """The rules of discussion, set in admin. One row, beside the Site's."""

    class Order(models.TextChoices):
        OLDEST = "oldest", "Oldest first"
        NEWEST = "newest", "Newest first"

    site = models.OneToOneField(Site, models.CASCADE, primary_key=True)
    akismet_key = models.CharField("Akismet key", max_length=100, blank=True, editable=False)
    key_fingerprint = models.CharField(max_length=64, blank=True, editable=False)
    order = models.CharField(max_length=10, choices=Order, default=Order.OLDEST)
    shown_depth = models.PositiveSmallIntegerField(
        "levels of replies shown",
        default=5,
        validators=[MinValueValidator(1), MaxValueValidator(10)],
        help_text="Deeper replies follow at the last level and say whom they answer.",
    )
    hold_links = models.PositiveSmallIntegerField(
        "links that make a comment wait",
        default=3,
        validators=[MinValueValidator(1)],
        help_text="A comment with this many links or more waits for you.",
    )
    spam_opened_at = models.DateTimeField(null=True, editable=False)

    objects = DiscussionQuerySet.as_manager()

    def __str__(self):
        return "Rules of discussion"

    def save(self, *args, **kwargs):
        super().save(*args, **kwargs)
        Site.objects.filter(pk=self.site_id).update(version=models.F("version") + 1)


class Thread(models.Model):
    """What is counted about a post's comments. Written by moderation only, by F()."""

    post = models.OneToOneField(Post, models.CASCADE, primary_key=True, related_name="thread")
    count = models.PositiveIntegerField(default=0)
    version = models.PositiveIntegerField(default=0)
    last_published_at = models.DateTimeField(null=True)

    def __str__(self):
        return f"Thread of {self.post_id}"


class CommentQuerySet(models.QuerySet):
    def approved(self):
        return self.filter(status=Comment.Status.APPROVED)

    def pending(self):
        return self.filter(status=Comment.Status.PENDING)

    def shown(self):
        return self.filter(shown=True)

    def due_for_check(self, now):
        return self.filter(check_at__isnull=False, check_at__lte=now).order_by("check_at", "pk")

    def held_by_a_fault(self):
        """Pending, sent in by somebody, and waiting for the check alone: no person put it there."""
        answered = SpamCheck.objects.filter(comment=OuterRef("pk"), result__in=SpamCheck.CONCLUSIVE)
        moved = Event.objects.filter(
            comment=OuterRef("pk"), verb__in=Comment.Status.values, actor__isnull=False
        )
        held = self.pending().filter(submission__isnull=False)
        return held.filter(~Exists(answered), ~Exists(moved))

    def held_by_a_failed_check(self):
        """Held by a fault, tried, and to be tried again; not those to be asked about later."""
        checks = SpamCheck.objects.filter(comment=OuterRef("pk"))
        return self.held_by_a_fault().filter(
            Exists(checks.filter(result=SpamCheck.Result.ERROR)),
            ~Exists(checks.filter(result=SpamCheck.Result.PROVISIONAL)),
            check_at__isnull=False,
        )


class Comment(models.Model):
    class Status(models.TextChoices):
        PENDING = "pending"
        APPROVED = "approved"
        SPAM = "spam"
        TRASH = "trash"

    class ClearedBy(models.TextChoices):
        CHECK = "check"
        MODERATOR = "moderator"
        IMPORT = "import"

    post = models.ForeignKey(Post, models.PROTECT, related_name="comments")
    parent = models.ForeignKey("self", models.RESTRICT, null=True, related_name="replies")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="comments"
    )
    author_name = models.CharField(max_length=245)
    author_email = models.CharField(max_length=254, blank=True)
    author_url = models.CharField(max_length=200, blank=True)
    body = models.TextField()
    body_html = models.TextField()

    # Its place, fixed at birth: see comments.thread.place
    depth = models.PositiveIntegerField()
    path = models.BinaryField(max_length=80)
    newest = models.BinaryField(max_length=80)

    # Its status: written by moderation.receive, .decide and .move, and nowhere else
    status = models.CharField(max_length=10, choices=Status, default=Status.PENDING, editable=False)
    status_at = models.DateTimeField(editable=False)
    shown = models.BooleanField(default=False, editable=False)
    cleared_by = models.CharField(max_length=10, choices=ClearedBy, blank=True, editable=False)
    cleared_at = models.DateTimeField(null=True, editable=False)
    check_at = models.DateTimeField(null=True, editable=False)

    created_at = models.DateTimeField(default=timezone.now)
    published_at = models.DateTimeField(null=True, editable=False)
    edited_at = models.DateTimeField(null=True, editable=False)

    objects = CommentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["post", "path"], condition=Q(shown=True), name="comment_shown_path"
            ),
            models.CheckConstraint(
                name="approved_means_cleared_and_shown",
                condition=~Q(status="approved")
                | Q(
                    ~Q(cleared_by=""),
                    cleared_at__isnull=False,
                    published_at__isnull=False,
                    shown=True,
                ),
            ),
            models.CheckConstraint(
                name="roots_have_no_parent",
                condition=Q(depth=0, parent__isnull=True) | Q(depth__gt=0, parent__isnull=False),
            ),
            models.CheckConstraint(
                name="comment_status_is_known",
                condition=Q(status__in=["pending", "approved", "spam", "trash"]),
            ),
            models.CheckConstraint(
                name="comment_cleared_by_is_known",
                condition=Q(cleared_by__in=["", "check", "moderator", "import"]),
            ),
        ]
        indexes = [
            models.Index(
                fields=["post", "newest"], condition=Q(shown=True), name="comment_shown_newest"
            ),
            models.Index(
                fields=["post", "published_at", "id"],
                condition=Q(status="approved"),
                name="comment_feed",
            ),
            models.Index(
                fields=["published_at", "id"],
                condition=Q(status="approved"),
                name="comment_site_feed",
            ),
            models.Index(
                fields=["post", "path"], condition=Q(status="pending"), name="comment_waiting"
            ),
            models.Index(fields=["status", "id"], name="comment_queue"),
            models.Index(
                fields=["check_at"], condition=Q(check_at__isnull=False), name="comment_due"
            ),
            models.Index(fields=["author_email", "status"], name="comment_record"),
        ]

    def __str__(self):
        return f"Comment {self.pk} by {self.author_name}"

    def get_absolute_url(self):
        return reverse("comments:permalink", args=[self.pk])

    @property
    def is_public(self) -> bool:
        return self.status == self.Status.APPROVED


class Submission(models.Model):
    """What came with the request. Personal data: deleted after 15 days (comments.retention)."""

    comment = models.OneToOneField(Comment, models.CASCADE, primary_key=True)
    key = models.CharField(max_length=64, unique=True)
    ip = models.GenericIPAddressField(null=True)
    network = models.CharField(max_length=45, blank=True)
    wider = models.CharField(max_length=45, blank=True)  # the IPv6 /48 around it
    person = models.CharField(max_length=64, blank=True)  # MAC of name and e-mail
    peer = models.CharField(max_length=45, blank=True)  # with `forwarded`: only while ip is unknown
    forwarded = models.CharField(max_length=500, blank=True)
    user_agent = models.CharField(max_length=500, blank=True)
    referrer = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [
            models.Index(fields=["network", "created_at"], name="submission_flood"),
            models.Index(fields=["wider", "created_at"], name="submission_wider"),
            models.Index(fields=["person", "created_at"], name="submission_person"),
            models.Index(fields=["created_at"], name="submission_age"),
        ]

    def __str__(self):
        return f"Submission of {self.comment_id}"


class SpamCheck(models.Model):
    """One attempt to have a comment checked, and what came of it."""

    class Result(models.TextChoices):
        HAM = "ham"
        PROVISIONAL = "provisional"
        SPAM = "spam"
        DISCARD = "discard"
        ERROR = "error"

    CONCLUSIVE = (Result.HAM, Result.SPAM, Result.DISCARD)

    comment = models.ForeignKey(Comment, models.CASCADE, related_name="checks")
    at = models.DateTimeField(default=timezone.now)
    ms = models.PositiveIntegerField()
    reason = models.CharField(max_length=20, blank=True)
    result = models.CharField(max_length=12, choices=Result)
    code = models.CharField(max_length=20, blank=True)
    http_status = models.PositiveSmallIntegerField(null=True)
    guid = models.CharField(max_length=64, blank=True)
    alert_code = models.CharField(max_length=10, blank=True)
    recheck_after = models.PositiveIntegerField(null=True)
    text_hash = models.CharField(max_length=64)

    class Meta:
        indexes = [models.Index(fields=["at"], name="spamcheck_at")]

    def __str__(self):
        return f"Check of {self.comment_id}: {self.result} {self.code}"


class Event(models.Model):
    """What happened to a comment: names rules and fields, never a personal value."""

    class Verb(models.TextChoices):
        HELD = "held"
        APPROVED = "approved"
        SPAM = "spam"
        TRASH = "trash"
        PENDING = "pending"
        EDITED = "edited"
        LATE = "late"
        AGAIN = "again"

    comment = models.ForeignKey(Comment, models.CASCADE, related_name="events")
    at = models.DateTimeField(default=timezone.now)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True)
    verb = models.CharField(max_length=10, choices=Verb)
    data = models.JSONField(default=dict)

    def __str__(self):
        return f"{self.verb} {self.comment_id}"


class Notice(models.Model):
    """A mail that is owed to somebody, or was sent."""

    class Kind(models.TextChoices):
        WAITING = "waiting"
        CHECK_FAILS = "check-fails"

    recipient = models.EmailField()
    comment = models.ForeignKey(Comment, models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=20, choices=Kind)
    due = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["recipient", "comment", "kind"], name="one_notice")
        ]
        indexes = [
            models.Index(fields=["due"], condition=Q(sent_at__isnull=True), name="notice_due"),
            models.Index(fields=["recipient", "sent_at"], name="notice_sent"),
        ]

    def __str__(self):
        return f"{self.kind} to {self.recipient}"


class Purged(models.Model):
    """The id of a comment that was public once and is deleted: its permalink answers 410."""

    id = models.BigIntegerField(primary_key=True)
    post = models.ForeignKey(Post, models.CASCADE, related_name="+")

    def __str__(self):
        return f"Purged {self.pk}"
