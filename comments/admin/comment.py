"""The queue, and a comment's page. Status is changed by acts, never by a field."""

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_POST, require_safe

from comments import history, moderation, queue, retention, spam
from comments.admin import acts
from comments.models import Comment, Discussion
from posts.admin.post import LONGEST_SEARCH

SHOWN_REPLIES = 5
QUICK = 3  # acts at each row


class Queue(ChangeList):
    """One tab of the queue, or, where something is searched for, all of them."""

    def __init__(self, request, *args):
        self.enabled = spam.enabled()
        self.tab = queue.tab(request.GET.get("tab"))
        super().__init__(request, *args)
        self.title = "Comments"

    def get_filters_params(self, params=None):
        found = super().get_filters_params(params)
        found.pop("tab", None)
        return found

    def get_queryset(self, request, exclude_parameters=None):
        self.root_queryset = queue.with_story(queue.in_tab(self.tab, self.enabled))
        return super().get_queryset(request, exclude_parameters)

    def get_ordering(self, request, queryset):
        return ["pk"] if self.tab is queue.WAITING else ["-pk"]

    def get_results(self, request):
        super().get_results(request)
        self.result_list = list(self.result_list)
        self.rows = [
            (row, acts.offered(row.comment, self.enabled)[:QUICK])
            for row in queue.rows(self.result_list, self.enabled)
        ]

    def tabs(self):
        """The tabs with their counts; a search goes along."""
        found = [*queue.counts(self.enabled).items()]
        if self.query:
            found.append((queue.EVERYWHERE, None))
        return [(tab, count, self.url(tab), tab is self.tab) for tab, count in found]

    def url(self, tab) -> str:
        return self.get_query_string({"tab": tab.slug or None}, remove=["tab", "p", "all"])

    def without_search(self) -> str:
        return self.get_query_string(remove=["q", "p"])

    def acts(self):
        return acts.named(self.tab.acts, self.enabled)


@admin.register(Comment)
class CommentAdmin(admin.ModelAdmin):
    list_display = ("author_name",)  # the table is our own: admin/comments/comment/_rows.html
    list_per_page = 50
    list_max_show_all = acts.MOST
    show_full_result_count = False
    actions = None
    search_fields = ("author_name", "author_email", "body", "submission__ip")
    media = forms.Media()  # nothing of Django's: the page has its own script

    def has_module_permission(self, request):
        return moderation.is_moderator(request.user)

    def has_change_permission(self, request, obj=None):
        return moderation.is_moderator(request.user)

    has_view_permission = has_change_permission

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False  # see the act "purge": comments with replies stay, emptied

    def get_changelist(self, request, **kwargs):
        return Queue

    def get_search_results(self, request, queryset, search_term):
        return super().get_search_results(request, queryset, search_term[:LONGEST_SEARCH])

    def get_urls(self):
        view = self.admin_site.admin_view
        return [
            path("act/", view(self.act), name="comments_comment_act"),
            path(
                "<path:object_id>/history/",
                view(lambda request, object_id: self.to_page(object_id)),
                name="comments_comment_history",
            ),
            *super().get_urls(),
        ]

    def to_page(self, object_id):
        """A comment's history stands on its page."""
        return HttpResponseRedirect(reverse("admin:comments_comment_change", args=[object_id]))

    def changelist_view(self, request, extra_context=None):
        response = super().changelist_view(request, extra_context)
        if request.GET.get("tab") == queue.SPAM.slug and not request.GET.get("q"):
            Discussion.objects.of(request.site)
            Discussion.objects.filter(pk=request.site.pk).update(spam_opened_at=timezone.now())
        return response

    @method_decorator(require_safe)
    def change_view(self, request, object_id, form_url="", extra_context=None):
        if not self.has_change_permission(request):
            raise PermissionDenied
        comment = self._comment(unquote(object_id))
        if comment is None:
            self.message_user(request, "This comment is deleted.", messages.WARNING)
            return HttpResponseRedirect(reverse("admin:comments_comment_changelist"))
        context = self.admin_site.each_context(request) | self._story(comment)
        return TemplateResponse(request, "admin/comments/comment/change_form.html", context)

    @method_decorator(require_POST)
    def act(self, request):
        """Carry out an act on the comments named, and go back to where it was asked for."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        form = acts.ActForm(request.POST, request.get_host())
        valid = form.is_valid()
        back = form.cleaned_data.get("next") or reverse("admin:comments_comment_changelist")
        if not valid and "comment" not in form.errors:
            raise Http404
        if not valid:
            self.message_user(request, form.errors["comment"][0], messages.WARNING)
            return HttpResponseRedirect(back)
        act, comments = form.cleaned_data["act"], form.comments
        if act.name == "purge" and not form.cleaned_data["sure"]:
            return self._ask(request, comments, back)
        done = acts.carry_out(act, comments, request.user)
        self.message_user(request, acts.outcome(act, done), messages.SUCCESS)
        return HttpResponseRedirect(back)

    def _ask(self, request, comments, back):
        context = self.admin_site.each_context(request) | {
            "title": "Delete for good?",
            "opts": self.opts,
            "comments": comments,
            "next": back,
        }
        return TemplateResponse(request, "admin/comments/comment/purge.html", context)

    def _comment(self, pk: str) -> Comment | None:
        """With four comments above it, by joins: a chain may be 500 deep."""
        above = "parent__parent__parent__parent"
        comments = queue.with_story(Comment.objects).select_related(above).defer(None)
        return comments.filter(pk=pk).first() if pk.isdecimal() and len(pk) < 19 else None

    def _story(self, comment) -> dict:
        above = []
        while len(above) < 4 and (above[0] if above else comment).parent_id:
            above.insert(0, (above[0] if above else comment).parent)
        replies = list(comment.replies.order_by("pk")[: SHOWN_REPLIES + 1])
        submission = getattr(comment, "submission", None)
        enabled = spam.enabled()
        return {
            "title": f"Comment by {comment.author_name or 'nobody'}",
            "opts": self.opts,
            "row": queue.rows([comment], enabled)[0],
            "check_is_on": enabled,
            "comment": comment,
            "above": above,
            "more_above": bool(above and above[0].parent_id),
            "replies": replies[:SHOWN_REPLIES],
            "more_replies": len(replies) > SHOWN_REPLIES,
            "submission": submission,
            "kept_until": submission and submission.created_at + retention.SUBMISSIONS,
            "history": history.of(comment),
            "acts": acts.offered(comment, enabled),
        }
