"""The newest comments, as Atom: of the site and of one post."""

from django.conf import settings
from django.db.models import Max
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.html import format_html

from comments.models import Comment, Thread
from posts.feeds import NEWEST, AtomFeed
from posts.markup import printable
from posts.models import Post, Site


class SiteFeed(AtomFeed):
    def path(self, post):
        return reverse("comments:feed")

    def title(self, post):
        return printable(f"Comments on {Site.objects.current().name}")

    def since(self, post):
        return Thread.objects.aggregate(at=Max("last_published_at"))["at"]

    def items(self, post):
        return newest(Comment.objects.filter(post__in=Post.objects.published()))

    def item_title(self, comment):
        return printable(f"Comment on {comment.post.title} by {comment.author_name}")

    def item_description(self, comment):
        return answers(comment) + comment.body_html

    def item_author_name(self, comment):
        return printable(comment.author_name)

    def item_pubdate(self, comment):
        return comment.published_at

    def item_updateddate(self, comment):
        return max(comment.published_at, comment.edited_at or comment.published_at)


class ThreadFeed(SiteFeed):
    def get_object(self, request, slug):
        return get_object_or_404(Post.objects.published(), slug=slug)

    def path(self, post):
        return reverse("comments:thread_feed", args=[post.slug])

    def title(self, post):
        return printable(f"Comments on {post.title}")

    def since(self, post):
        thread = Thread.objects.filter(post=post, last_published_at__isnull=False).first()
        return thread.last_published_at if thread else post.published_at

    def items(self, post):
        return newest(post.comments.all())

    def item_title(self, comment):
        return printable(f"By: {comment.author_name}")


def newest(comments):
    rows = comments.approved().select_related("post", "parent")
    return rows.order_by("-published_at", "-pk")[:NEWEST]


def answers(comment) -> str:
    """A first line that says whom a reply answers."""
    if not comment.parent or not comment.parent.is_public:
        return ""
    return format_html(
        '<p>In reply to <a href="{}">{}</a>:</p>',
        settings.SITE_URL + comment.parent.get_absolute_url(),
        comment.parent.author_name,
    )
