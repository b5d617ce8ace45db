import re
import zoneinfo

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse
from django.utils import timezone

from posts import images, markup


def validate_time_zone(name: str) -> None:
    if name not in zoneinfo.available_timezones():
        raise ValidationError(f"“{name}” is not a time zone. One is “Europe/Berlin”.")


class SiteQuerySet(models.QuerySet):
    def current(self) -> "Site":
        """The one row, with its rules of discussion. Made on first use."""
        site = self.select_related("discussion").filter(pk=Site.ONLY).first()
        return site or self.get_or_create(pk=Site.ONLY)[0]


class Site(models.Model):
    """What the author set in admin. One row."""

    ONLY = 1

    id = models.PositiveSmallIntegerField(primary_key=True, default=ONLY, editable=False)
    name = models.CharField(max_length=100, default="Afterword")
    tagline = models.CharField(max_length=200, blank=True, help_text="One line under the name.")
    time_zone = models.CharField(
        max_length=64,
        default="UTC",
        validators=[validate_time_zone],
        help_text="Dates on the site and in admin are given in this zone, such as Europe/Berlin.",
    )
    sample = models.OneToOneField(
        "Post", models.SET_NULL, null=True, editable=False, related_name="+"
    )
    version = models.PositiveIntegerField(default=0, editable=False)

    objects = SiteQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "site"
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="one_site")]

    def __str__(self):
        return self.name

    def save(self, *args, **kwargs):
        # Part of every page's ETag: counted by the database, so that two at once are two.
        self.version = 1 if self._state.adding else models.F("version") + 1
        super().save(*args, **kwargs)


class PostQuerySet(models.QuerySet):
    def published(self):
        return self.filter(status=Post.Status.PUBLISHED, published_at__lte=timezone.now())

    def newest_first(self):
        return self.order_by("-published_at", "-pk")


class Post(models.Model):
    class Status(models.TextChoices):
        DRAFT = "draft"
        PUBLISHED = "published"

    title = models.CharField(max_length=200)
    slug = models.SlugField(max_length=200, unique=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="posts"
    )
    summary = models.TextField(
        blank=True,
        max_length=500,
        help_text="Plain text, for lists and search engines. Empty: the beginning of the post.",
    )
    body = models.TextField(
        help_text="Markdown. Some HTML is allowed. For a picture, add it under Images and copy"
        " its line."
    )
    body_html = models.TextField(editable=False)
    status = models.CharField(max_length=10, choices=Status, default=Status.DRAFT)
    published_at = models.DateTimeField(
        null=True, blank=True, help_text="Empty: when the post is first published."
    )
    comments_open = models.BooleanField("comments are open", default=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = PostQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["status", "-published_at", "-id"], name="post_published")]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(status="published") | models.Q(published_at__isnull=False),
                name="published_post_has_a_date",
            )
        ]

    def __str__(self):
        return self.title

    def save(self, *args, **kwargs):
        self.body_html = images.with_sizes(markup.render(self.body))
        if self.status == self.Status.PUBLISHED and self.published_at is None:
            self.published_at = timezone.now()
        super().save(*args, **kwargs)

    def get_absolute_url(self):
        return reverse("posts:detail", args=[self.slug])

    @property
    def is_public(self) -> bool:
        return self.status == self.Status.PUBLISHED and self.published_at <= timezone.now()

    @property
    def lead(self) -> str:
        """The summary, or the beginning of the post, as plain text."""
        return self.summary or markup.summary(self.body_html, 280)


class Image(models.Model):
    """A picture uploaded in admin: verified and encoded anew, named by its content."""

    NAME = re.compile(r"[\w-]{1,70}\.[a-z]{1,5}", re.ASCII)

    name = models.CharField(max_length=80, unique=True, editable=False)
    alt = models.CharField(
        "description",
        max_length=300,
        blank=True,
        help_text="What the picture shows, for people who do not see it.",
    )
    width = models.PositiveIntegerField(editable=False)
    height = models.PositiveIntegerField(editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self):
        return self.alt or self.name

    def get_absolute_url(self):
        return reverse("posts:media", args=[self.name])
