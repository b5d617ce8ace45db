from django.conf import settings
from django.contrib.syndication.views import Feed
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed

from posts.markup import printable
from posts.models import Post, Site

NEWEST = 20


class AtomFeed(Feed):
    """An Atom feed whose addresses are SITE_URL's, whatever host a request has named."""

    feed_type = Atom1Feed

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
