from django.contrib.syndication.views import Feed
from django.utils.feedgenerator import Atom1Feed

from posts.models import Post, Site

NEWEST = 20


class PostFeed(Feed):
    """The newest posts in full, as Atom."""

    feed_type = Atom1Feed
    link = "/"

    def title(self):
        return Site.objects.current().name

    def subtitle(self):
        return Site.objects.current().tagline

    def items(self):
        return Post.objects.published().newest_first().select_related("author")[:NEWEST]

    def item_title(self, post):
        return post.title

    def item_description(self, post):
        return post.body_html

    def item_author_name(self, post):
        return post.author and (post.author.get_full_name() or post.author.get_username())

    def item_pubdate(self, post):
        return post.published_at

    def item_updateddate(self, post):
        return post.updated_at
