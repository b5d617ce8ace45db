from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from posts.models import Post

Status = Post.Status

LONGEST_SEARCH = 200  # characters; each word is a condition, and SQLite takes some 500 of them


class PostForm(forms.ModelForm):
    class Meta:
        widgets = {
            "summary": forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField"}),
            "body": forms.Textarea(attrs={"rows": 30, "class": "vLargeTextField post-body"}),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "published_at" in self.fields:
            zone = timezone.get_current_timezone_name()
            self.fields["published_at"].help_text = (
                f"In the time zone of the site, {zone}. In the future: it appears then. "
                "Empty: when it is first published."
            )
        if "author" in self.fields:
            self.fields["author"].label_from_instance = _name
            widget = self.fields["author"].widget
            widget.can_add_related = widget.can_change_related = False
            widget.can_delete_related = widget.can_view_related = False

    def clean(self):
        """What is published has a date before the model asks for one."""
        data = super().clean()
        if data.get("status") == Status.PUBLISHED and "published_at" in data:
            data["published_at"] = data["published_at"] or timezone.now()
        return data


def _name(user) -> str:
    return user.get_full_name() or user.get_username()


@admin.register(Post)
class PostAdmin(admin.ModelAdmin):
    form = PostForm
    list_display = ("title", "state", "published", "thoughts", "comments_open")
    list_select_related = ("thread",)
    list_per_page = 50
    show_full_result_count = False
    search_fields = ("title", "body")
    ordering = ("-created_at", "-pk")
    prepopulated_fields = {"slug": ("title",)}
    actions = ("publish", "unpublish", "open_comments", "close_comments")
    fieldsets = (
        (None, {"fields": ("title", "slug", "body")}),
        (None, {"fields": ("summary", "author", "status", "published_at", "comments_open")}),
    )

    def get_search_results(self, request, queryset, search_term):
        return super().get_search_results(request, queryset, search_term[:LONGEST_SEARCH])

    @admin.display(description="status", ordering="status")
    def state(self, post):
        if post.status == Status.PUBLISHED and not post.is_public:
            return "Appears later"
        return post.get_status_display()

    @admin.display(description="date", ordering="published_at", empty_value="")
    def published(self, post):
        at = post.published_at
        return at and date_format(timezone.localtime(at), "j M Y, H:i")

    @admin.display(ordering="thread__count")
    def thoughts(self, post):
        thread = getattr(post, "thread", None)
        return thread.count if thread else 0

    def get_changeform_initial_data(self, request):
        return {"author": request.user.pk}  # nothing from the query: Django fails at odd dates

    def get_view_on_site_url(self, obj=None):
        return obj.get_absolute_url() if obj else None

    def get_actions(self, request, action_location=admin.ActionLocation.CHANGE_LIST):
        actions = super().get_actions(request, action_location)
        actions.pop("delete_selected", None)  # one at a time: there are comments to think of
        return actions

    @admin.action(description="Publish", permissions=["change"])
    def publish(self, request, posts):
        self._save_all(request, posts, "published", status=Status.PUBLISHED)

    @admin.action(description="Unpublish: make a draft", permissions=["change"])
    def unpublish(self, request, posts):
        self._save_all(request, posts, "made a draft", status=Status.DRAFT)

    @admin.action(description="Open comments", permissions=["change"])
    def open_comments(self, request, posts):
        self._save_all(request, posts, "opened to comments", comments_open=True)

    @admin.action(description="Close comments", permissions=["change"])
    def close_comments(self, request, posts):
        self._save_all(request, posts, "closed to comments", comments_open=False)

    def _save_all(self, request, posts, done, **values):
        """One by one: save() gives the date, and the time that pages kept by caches go by."""
        for post in posts:
            for name, value in values.items():
                setattr(post, name, value)
            post.save()
        noun = "post" if len(posts) == 1 else "posts"
        self.message_user(request, f"{len(posts)} {noun} {done}.", messages.SUCCESS)

    def delete_view(self, request, object_id, extra_context=None):
        post = self.get_object(request, unquote(object_id))
        if post is None or not post.comments.exists():
            return super().delete_view(request, object_id, extra_context)
        if not self.has_delete_permission(request, post):
            raise PermissionDenied
        if request.method == "POST" and request.POST.get("with_comments"):
            return self._delete_with_comments(request, post)
        return self._ask_about_comments(request, post)

    def _ask_about_comments(self, request, post):
        context = self.admin_site.each_context(request) | {
            "title": "Delete a post that has comments",
            "subtitle": str(post),
            "opts": self.opts,
            "post": post,
            "count": post.comments.count(),
            "may_delete_comments": request.user.is_superuser,
            "unanswered": request.method == "POST",
        }
        return TemplateResponse(request, "admin/posts/post/delete_with_comments.html", context)

    def _delete_with_comments(self, request, post):
        if not request.user.is_superuser:
            raise PermissionDenied
        with transaction.atomic():
            self.log_deletions(request, Post.objects.filter(pk=post.pk))
            depths = post.comments.order_by("-depth").values_list("depth", flat=True).distinct()
            for depth in list(depths):  # replies before what they answer
                post.comments.filter(depth=depth).delete()
            post.delete()
        self.message_user(request, f"“{post}” and its comments are deleted.", messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:posts_post_changelist"))
