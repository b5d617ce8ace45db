"""One page for what the author sets: the site, its rules of discussion, its Akismet key."""

import zoneinfo

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseRedirect
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_POST

from comments import sample, spam
from comments.models import Discussion
from posts.models import Site


def time_zones() -> list:
    """Those that people live in, by continent, as a select shows them."""
    names = sorted(zoneinfo.available_timezones())
    found: dict[str, list] = {}
    for name in names:
        area, _, city = name.partition("/")
        if city and area not in ("Etc", "SystemV", "posix", "right", "US", "Brazil", "Canada"):
            found.setdefault(area, []).append((name, city.replace("_", " ")))
    return [("UTC", "UTC"), *found.items()]


class SiteForm(forms.ModelForm):
    new_key = forms.CharField(
        label="New Akismet key",
        required=False,
        max_length=100,
        widget=forms.PasswordInput(attrs={"autocomplete": "off", "class": "vTextField"}),
    )
    remove_key = forms.BooleanField(label="Remove the key", required=False)
    key_state = None  # what Akismet says of the new key: see SiteAdmin

    class Meta:
        model = Site
        fields = ("name", "tagline", "time_zone")

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "time_zone" in self.fields:
            zone, zones = self.instance.time_zone, time_zones()
            if not any(zone == name for _, names in zones[1:] for name, _ in names):
                zones.insert(0, (zone, zone))
            self.fields["time_zone"].widget = forms.Select(choices=zones)

    def clean_new_key(self):
        if self.key_state == spam.KeyState.INVALID:
            raise forms.ValidationError(
                "Akismet does not know this key for this site. Look it up on akismet.com/account; "
                "nothing was changed."
            )
        return self.cleaned_data["new_key"].strip()

    def clean(self):
        if self.cleaned_data.get("new_key") and self.cleaned_data.get("remove_key"):
            raise forms.ValidationError("Enter a new key or remove the old one, not both.")
        return super().clean()


class DiscussionInline(admin.StackedInline):
    model = Discussion
    fields = ("order", "shown_depth", "hold_links")
    verbose_name = "Rules of discussion"
    can_delete = False
    max_num = 1

    def has_change_permission(self, request, obj=None):
        return request.user.has_perm("posts.change_site")

    has_view_permission = has_change_permission

    def has_add_permission(self, request, obj=None):
        return False


@admin.register(Site)
class SiteAdmin(admin.ModelAdmin):
    form = SiteForm
    inlines = (DiscussionInline,)
    readonly_fields = ("akismet",)

    @admin.display(description="Akismet key")
    def akismet(self, site):
        if settings.AKISMET_API_KEY:
            return "Set in the environment (AKISMET_API_KEY), which wins over one entered here."
        if Discussion.objects.of(site).akismet_key:
            return "A key is set. It is not shown."
        return "None: every comment waits for you. Free for personal sites at akismet.com."

    def get_fieldsets(self, request, obj=None):
        key = ["akismet"]
        if not settings.AKISMET_API_KEY:
            key.append("new_key")
            if obj and Discussion.objects.of(obj).akismet_key:
                key.append("remove_key")
        return (
            (None, {"fields": ("name", "tagline", "time_zone")}),
            ("Spam check", {"fields": key}),
        )

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def get_urls(self):
        view = self.admin_site.admin_view
        remove = path("remove-sample/", view(self.remove_sample), name="posts_site_remove_sample")
        return [remove, *super().get_urls()]

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change, **kwargs)
        form.key_state = getattr(request, "key_state", None)
        if settings.AKISMET_API_KEY:  # it wins; nothing is stored that would not be used
            del form.base_fields["new_key"], form.base_fields["remove_key"]
        return form

    def changelist_view(self, request, extra_context=None):
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        return HttpResponseRedirect(_page())

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        """The key is verified before the transaction begins: no lock waits for Akismet."""
        Discussion.objects.of(Site.objects.current())
        entered = request.POST.get("new_key", "").strip()
        if entered and not settings.AKISMET_API_KEY and self.has_change_permission(request):
            request.key_state = spam.verify(entered)
        context = {"title": "Site", "subtitle": None, "show_save_and_continue": False}
        return super().changeform_view(request, object_id, form_url, context)

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        new, remove = form.cleaned_data.get("new_key"), form.cleaned_data.get("remove_key")
        if new or remove:
            discussion = Discussion.objects.get(pk=form.instance.pk)
            discussion.akismet_key = new or ""
            discussion.save()
            self._tell(request)

    def response_change(self, request, obj):
        self.message_user(request, "Saved.", messages.SUCCESS)
        return HttpResponseRedirect(_page())

    @method_decorator(require_POST)
    def remove_sample(self, request):
        if not self.has_change_permission(request):
            raise PermissionDenied
        sample.remove()
        self.message_user(
            request, "The sample post and its comments are removed.", messages.SUCCESS
        )
        return HttpResponseRedirect(_page())

    def _tell(self, request):
        state = getattr(request, "key_state", None)
        if state == spam.KeyState.UNREACHABLE:
            text = (
                "Akismet could not be asked whether the key is right. It is stored; comments wait "
                "until Akismet answers."
            )
            self.message_user(request, text, messages.WARNING)
        elif state == spam.KeyState.VALID:
            text = "Akismet knows the key. What waited for want of one is checked now."
            self.message_user(request, text, messages.SUCCESS)
        else:
            text = "The key is removed: every comment waits for you from now on."
            self.message_user(request, text, messages.WARNING)


def _page() -> str:
    return reverse("admin:posts_site_change", args=[Site.ONLY])
