from django.conf import settings
from django.db.models import Subquery
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404
from django.utils.cache import get_conditional_response
from django.utils.http import http_date
from django.views.decorators.http import require_safe
from django.views.generic import DetailView, ListView

from posts import caching
from posts.models import Image, Post, Site


class PostList(ListView):
    """The newest posts first, ten on a page."""

    paginate_by = 10
    queryset = Post.objects.select_related("author", "thread").defer("body")

    def get_queryset(self):
        return super().get_queryset().published().newest_first()

    def render_to_response(self, context, **kwargs):
        return caching.patch(self.request, super().render_to_response(context, **kwargs))


class PostDetail(DetailView):
    """A post and a page of its thread. A page that is kept costs one query."""

    def get_queryset(self):
        sees_drafts = self.request.user.has_perm("posts.view_post")
        posts = Post.objects.all() if sees_drafts else Post.objects.published()
        site = Site.objects.filter(pk=Site.ONLY)
        posts = posts.annotate(site_version=Subquery(site.values("version")))
        return posts.select_related("author", "thread").defer("body")

    def get(self, request, *args, **kwargs):
        self.object = self.get_object()
        answer = self._shared if caching.is_shared(request) else self._render
        return caching.patch(request, answer())

    def _render(self):
        return self.render_to_response(self.get_context_data(object=self.object))

    def _shared(self):
        etag = self._etag()
        if unchanged := get_conditional_response(self.request, etag=etag):
            return unchanged
        response = caching.page(etag, self._render)
        response.headers["ETag"] = etag
        response.headers["Last-Modified"] = http_date(self._last_modified().timestamp())
        return response

    def _etag(self) -> str:
        post, query = self.object, self.request.GET
        thread = getattr(post, "thread", None)
        return caching.etag(
            post.pk,
            post.updated_at,
            str(post.author),
            post.author and post.author.get_full_name(),
            post.site_version,
            thread and thread.version,
            query.get("order"),
            query.get("from"),
        )

    def _last_modified(self):
        thread = getattr(self.object, "thread", None)
        published = thread and thread.last_published_at
        return max(filter(None, [self.object.updated_at, published]))


@require_safe
def media(request, name):
    """An uploaded picture. Its name changes with its content, so it may be kept for ever."""
    if not Image.NAME.fullmatch(name):
        raise Http404
    get_object_or_404(Image, name=name)
    try:
        response = FileResponse((settings.MEDIA_ROOT / name).open("rb"))
    except FileNotFoundError:
        raise Http404 from None
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
