"""What readers and moderators do with comments. Reading the thread is on the post's own page."""

import math

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from comments import holds, limits, moderation, spam, thread, tokens, writer
from comments.forms import PARENT_IS_GONE, BodyForm, CommentForm, ReplyForm
from comments.models import Comment, Discussion, Purged, Thread
from comments.retention import SUBMISSIONS, TRASH
from posts import caching
from posts.models import Post

WORDS = {"approved": "Published.", "spam": "Moved to spam.", "trash": "Moved to trash."}


class SeeOther(HttpResponseRedirect):
    status_code = 303


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def post_comment(request, slug):
    """Takes a comment. It is stored before anything else happens to it."""
    post = get_object_or_404(Post.objects.published(), slug=slug)
    if request.method != "POST":
        return redirect(post.get_absolute_url() + "#respond")
    form = comment_form(request, post, request.POST)
    if not post.comments_open:
        return form_page(request, form, 403)
    if not form.is_valid():
        return form_page(request, form, 422)
    comment, submission = writer.write(request, form)
    repeat, wait = limits.repeat_of(comment, submission), limits.wait(submission)
    # Asked after these: the same form, sent twice at once, is neither a repeat nor a flood.
    if earlier := moderation.received_before(submission):
        return writer.remember(request, SeeOther(own_url(request, earlier)), form)
    if repeat:
        return form_page(request, form, 409, repeat=own_url(request, repeat))
    if wait and not moderation.is_moderator(request.user):
        return too_many(request, form, wait)
    try:
        moderation.receive(comment, submission, holds.rules_broken(comment, form, request.site))
    except moderation.AlreadyReceived as earlier:
        comment = earlier.comment
    except moderation.ParentIsGone:
        form.add_error("parent", PARENT_IS_GONE)
        return form_page(request, form, 422)
    else:
        moderation.check_at_once(comment)
    return writer.remember(request, SeeOther(own_url(request, comment)), form)


@require_safe
@never_cache
def permalink(request, pk):
    """To the page of the thread that shows the comment."""
    comment = Comment.objects.shown().filter(pk=pk).select_related("post").first()
    if comment is None:
        return gone(request, pk)
    if not comment.post.is_public:
        raise Http404
    return SeeOther(page_url(request, comment))


@require_safe
@never_cache
def reply(request, pk):
    """The form under the comment answered: a page, or with htmx a part of one."""
    published = Comment.objects.approved().filter(post__in=Post.objects.published())
    parent = get_object_or_404(published.select_related("post"), pk=pk)
    form = comment_form(request, parent.post, parent=parent)
    return form_page(request, form, 200)


@require_safe
@never_cache
def own(request, pk, signature):
    """The status page of one's own comment: "Only you can see this", or where it is now."""
    if not tokens.signs_status(pk, signature):
        raise Http404
    comment = Comment.objects.filter(pk=pk).select_related("post", "parent").first()
    if comment is None or not comment.body or not comment.post.is_public:
        return gone(request, pk, known=True)
    if comment.is_public:
        return SeeOther(page_url(request, comment))
    context = {"post": comment.post, "own": comment}
    response = TemplateResponse(request, "posts/post_detail.html", context)
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def edit(request, pk):
    """A moderator corrects the text of a comment."""
    comment = moderated(request, pk)
    form = BodyForm(request.POST or None, initial={"body": comment.body})
    if form.is_valid():
        moderation.edit(comment, form.cleaned_data["body"], request.user)
        messages.success(request, "The new text is saved.")
        return SeeOther(back(request, comment))
    context = {
        "form": form,
        "comment": comment,
        "post": comment.post,
        "next": back(request, comment),
    }
    status = 422 if form.errors else 200
    return TemplateResponse(request, "comments/comment_edit.html", context, status=status)


@require_POST
@never_cache
def move(request, pk):
    """A moderator gives a comment another status."""
    comment = moderated(request, pk)
    to = request.POST.get("to", "")
    if to not in Comment.Status.values:
        raise Http404
    if moderation.move(comment, to, request.user):
        messages.success(request, WORDS.get(to, "Waiting for you again."))
    return SeeOther(back(request, comment))


@never_cache
def refused(request, slug):
    """A comment whose form came from elsewhere, or from before a session ended: not taken yet."""
    post = get_object_or_404(Post.objects.published(), slug=slug)
    return form_page(request, comment_form(request, post, request.POST), 403, refused=True)


@require_safe
def privacy(request):
    context = {"days": SUBMISSIONS.days, "trash_days": TRASH.days}
    return caching.patch(request, TemplateResponse(request, "comments/privacy.html", context))


def moderated(request, pk) -> Comment:
    """The comment a moderator acts on; 403 for everybody else."""
    if not moderation.is_moderator(request.user):
        raise PermissionDenied
    return get_object_or_404(Comment.objects.select_related("post", "parent"), pk=pk)


def comment_form(request: HttpRequest, post: Post, data=None, parent=None) -> ReplyForm:
    """The form that this person needs: those who are signed in give no name."""
    if moderation.is_moderator(request.user):
        return ReplyForm(data, post=post, parent=parent)
    form = CommentForm(data, post=post, parent=parent, initial=writer.remembered(request))
    if not spam.enabled(Discussion.objects.of(request.site)):
        form.fields["author_email"].help_text = "Not shown."
    return form


def form_page(request, form, status: int, **context) -> HttpResponse:
    """The form by itself, with everything that was typed, and what it answers."""
    context |= {"form": form, "post": form.post, "parent": parent_of(form), "status": status}
    if context["parent"]:
        form.fields["body"].label = "Your reply"
    template = "comments/comment_form.html"
    if request.htmx and status == 200:
        template += "#form"
    return TemplateResponse(request, template, context, status=status)


def too_many(request, form, wait) -> HttpResponse:
    seconds = math.ceil(wait.total_seconds())
    response = form_page(request, form, 429, minutes=math.ceil(seconds / 60))
    response.headers["Retry-After"] = str(seconds)
    return response


def parent_of(form) -> Comment | None:
    """The comment that a form answers, if it is still public."""
    value = form["parent"].value()
    rows = form.post.comments.approved().select_related("parent")
    return rows.filter(pk=int(value)).first() if is_id(str(value or "")) else None


def is_id(text: str) -> bool:
    """Whether the text is a number that an id can be."""
    return text.isascii() and text.isdecimal() and len(text) < 19


def page_url(request, comment, **query) -> str:
    """The page of the thread that shows the comment."""
    start = thread.locate(comment, Discussion.objects.of(request.site).order)
    query = urlencode(({"from": start} if start else {}) | query)
    return f"{comment.post.get_absolute_url()}{query and '?'}{query}#comment-{comment.pk}"


def own_url(request, comment) -> str:
    """Where a writer is sent: to their public comment, past all caches, or to their view of it."""
    if comment.is_public:
        return page_url(request, comment, v=Thread.objects.get(post=comment.post_id).version)
    url = reverse("comments:own", args=[comment.pk, tokens.status_signature(comment)])
    return f"{url}#comment-{comment.pk}"


def gone(request, pk, *, known=False) -> HttpResponse:
    """410 for a comment that was public once, with the way to its post; 404 for any other."""
    purged = Purged.objects.filter(pk=pk, post__in=Post.objects.published()).first()
    if purged is None and not known:
        raise Http404
    context = {"post": purged.post if purged else None}
    return TemplateResponse(request, "comments/comment_gone.html", context, status=410)


def stands_in_thread(comment: Comment) -> bool:
    """Whether a moderator finds it on the post's page."""
    return comment.shown or comment.status == Comment.Status.PENDING


def back(request, comment) -> str:
    """Where the moderator came from, if that is a page of this site."""
    to = request.POST.get("next") or request.GET.get("next", "")
    if url_has_allowed_host_and_scheme(to, allowed_hosts={request.get_host()}):
        page, _, place = to.partition("#")
        if place == f"comment-{comment.pk}" and not stands_in_thread(comment):
            place = f"comment-{comment.parent_id}" if comment.parent_id else "thread"
        return f"{page}#{place}" if place else page
    return comment.get_absolute_url() if comment.shown else comment.post.get_absolute_url()
