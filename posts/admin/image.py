from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html, format_html_join

from posts import images
from posts.models import Image, Post


class UploadForm(forms.ModelForm):
    file = forms.FileField(
        label="Picture",
        help_text=f"{images.KINDS}, up to 15 MB. It is stored without what the camera noted, "
        "such as the place.",
        widget=forms.FileInput(attrs={"accept": "image/*"}),
    )
    picture = None  # what became of the file, or the ValidationError: see ImageAdmin

    class Meta:
        model = Image
        fields = ("alt",)

    def clean_file(self):
        if isinstance(self.picture, ValidationError):
            raise self.picture
        return self.cleaned_data["file"]


@admin.register(Image)
class ImageAdmin(admin.ModelAdmin):
    list_display = ("thumbnail", "alt", "markdown", "size", "created_at")
    list_display_links = ("thumbnail",)
    list_per_page = 20
    view_on_site = False  # its page is this one
    search_fields = ("alt", "name")
    ordering = ("-created_at", "-pk")
    readonly_fields = ("preview", "markdown", "size", "used_in")

    @admin.display(description="picture")
    def thumbnail(self, image):
        return self._img(image, "thumbnail")

    @admin.display(description="picture")
    def preview(self, image):
        return self._img(image, "preview")

    @admin.display(description="to copy into a post")
    def markdown(self, image):
        return format_html(
            '<code class="to-copy">{}</code>', images.markdown(image.name, image.alt)
        )

    @admin.display
    def size(self, image):
        return f"{image.width} x {image.height}"

    @admin.display(description="used in", empty_value="No post")
    def used_in(self, image):
        posts = Post.objects.filter(body__contains=image.name).order_by("-pk")[:20]
        links = [(reverse("admin:posts_post_change", args=[p.pk]), p.title) for p in posts]
        return format_html_join(", ", '<a href="{}">{}</a>', links) or None

    def get_fields(self, request, obj=None):
        return ("preview", "markdown", "alt", "size", "used_in") if obj else ("file", "alt")

    def get_readonly_fields(self, request, obj=None):
        return self.readonly_fields if obj else ()

    def get_form(self, request, obj=None, change=False, **kwargs):
        if change:
            return super().get_form(request, obj, change, **kwargs)
        return type("UploadForm", (UploadForm,), {"picture": getattr(request, "picture", None)})

    def changeform_view(self, request, object_id=None, *args, **kwargs):
        """A large picture takes seconds: it is encoded before the transaction begins."""
        if object_id is None and self.has_add_permission(request) and request.FILES.get("file"):
            try:
                request.picture = images.encode(request.FILES["file"])
            except ValidationError as error:
                request.picture = error
        return super().changeform_view(request, object_id, *args, **kwargs)

    def save_form(self, request, form, change):
        image = super().save_form(request, form, change)
        if change:
            return image
        picture = form.picture
        images.store(picture)
        known = Image.objects.filter(name=picture.name).first()
        request.was_known = known is not None
        image.name, image.width, image.height = picture.name, picture.width, picture.height
        return known or image

    def response_add(self, request, obj, post_url_continue=None):
        if request.was_known:
            text = "You have this picture already; here it is."
        elif request.picture.moved:
            text = "The first picture of the animation is stored: nothing moves on this site."
        else:
            text = "The picture is stored. Copy the line below into a post."
        self.message_user(request, text, messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:posts_image_change", args=[obj.pk]))

    def delete_model(self, request, obj):
        name = obj.name
        super().delete_model(request, obj)
        transaction.on_commit(lambda: images.delete(name))

    def delete_queryset(self, request, queryset):
        for image in queryset:
            self.delete_model(request, image)

    def _img(self, image, kind):
        return format_html(
            '<img class="{}" src="{}" alt="{}" width="{}" height="{}" loading="lazy">',
            kind,
            image.get_absolute_url(),
            image.alt or image.name,
            image.width,
            image.height,
        )
