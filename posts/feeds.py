from datetime import UTC, datetime

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.feedgenerator import Atom1Feed
from django.views.decorators.http import require_safe

from posts.markup import printable
from posts.models import Post, Site

NEWEST = 20
EPOCH = datetime.fromtimestamp(0, UTC)  # of a feed that never had an entry


class Atom(Atom1Feed):
    """Its date is never before `since`: it does not run on, nor back when an entry goes.

    Links within an entry are relative to the entry's own page.
    """

    def latest_post_date(self):
        return max([self.feed["since"], *([super().latest_post_date()] if self.items else [])])

    def item_attributes(self, item):
        return super().item_attributes(item) | {"xml:base": item["link"]}


class AtomFeed(Feed):
    """An Atom feed whose addresses are SITE_URL's, whatever host a request has named."""

    feed_type = Atom

    def feed_extra_kwargs(self, post):
        return {"since": self.since(post) or EPOCH}

    def since(self, post):
        """A date that the feed's own is not before."""

    def author_name(self, post):
        """Of the entries that name nobody: RFC 4287 wants somebody."""
        return printable(Site.objects.current().name)

    @method_decorator(require_safe)
    def __call__(self, request, *args, **kwargs):
        return super().__call__(request, *args, **kwargs)

    def link(self, post):
        return settings.SITE_URL + (post.get_absolute_url() if post else "/")

    def feed_url(self, post):
        return settings.SITE_URL + self.path(post)

    def item_link(self, item):
        return settings.SITE_URL + item.get_absolute_url()


class PostFeed(AtomFeed):
    """The newest posts in full."""

    def path(self, obj):
        return reverse("posts:feed")

    def title(self):
        return printable(Site.objects.current().name)

    def subtitle(self):
        return printable(Site.objects.current().tagline)

    def items(self):
        return Post.objects.published().newest_first().select_related("author")[:NEWEST]

    def item_title(self, post):
        return printable(post.title)

    def item_description(self, post):
        return post.body_html

    def item_author_name(self, post):
        return post.author and printable(post.author.get_full_name() or post.author.get_username())

    def item_pubdate(self, post):
        return post.published_at

    def item_updateddate(self, post):
        return post.updated_at
