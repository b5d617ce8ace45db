"""Setting a new site up: a link that works once, and the page it leads to."""

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import get_user_model, login
from django.contrib.auth.forms import SetPasswordMixin
from django.contrib.auth.password_validation import password_validators_help_texts
from django.core import signing
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.text import slugify
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods

from comments import sample, spam
from comments.admin.site import time_zones
from comments.forms import Line
from comments.models import Discussion
from posts.models import Site

DAY = 24 * 60 * 60  # seconds
SALT = "welcome"

User = get_user_model()


def link() -> str | None:
    """A fresh link; None once somebody has used one."""
    if is_set_up():
        return None
    token = signing.dumps("welcome", salt=SALT)
    return settings.SITE_URL + reverse("welcome", args=[token])


def is_set_up() -> bool:
    return User.objects.filter(is_superuser=True).exists()


def username(name: str) -> str:
    """The name itself where one can sign in with it, else one made of it."""
    field = User._meta.get_field("username")
    try:
        return field.clean(name, None)
    except ValidationError:
        made = slugify(name) or slugify(name, allow_unicode=True) or "author"
        return made[: field.max_length]


class WelcomeForm(SetPasswordMixin, forms.Form):
    site_name = Line(
        label="Name of the site",
        max_length=100,
        error_messages={"required": "Give the site a name. It can be changed at any time."},
    )
    name = Line(
        label="Your name",
        max_length=150,
        help_text="Shown with what you write. The next page says what you sign in with.",
        error_messages={"required": "Give your name, or the one you write under."},
        widget=forms.TextInput(attrs={"autocomplete": "name", "dir": "auto"}),
    )
    email = forms.EmailField(
        label="E-mail (optional)",
        required=False,
        max_length=254,
        help_text="Never shown.",
        error_messages={"invalid": "This is not an e-mail address. It may stay empty."},
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    password1, password2 = SetPasswordMixin.create_password_fields(
        "Password", "The same password again"
    )
    time_zone = forms.ChoiceField(
        label="Time zone",
        initial="UTC",
        help_text="Dates are given in it.",
        choices=time_zones,
    )
    akismet_key = forms.CharField(
        label="Akismet key (optional)",
        required=False,
        max_length=100,
        help_text=(
            "With one, a comment without spam is published at once; without one, every comment"
            " waits for you. It can be entered later."
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["password1"].help_text = " ".join(password_validators_help_texts())
        self.fields["password2"].help_text = ""
        self.fields["password1"].error_messages["required"] = "Choose a password."
        self.fields["password2"].error_messages["required"] = "Give the same password once more."
        if settings.AKISMET_API_KEY:
            del self.fields["akismet_key"]

    def clean_name(self):
        name = self.cleaned_data["name"]
        if User.objects.filter(username=username(name)).exists():
            raise ValidationError("Somebody of this name has an account here. Give another.")
        return name

    def clean_akismet_key(self):
        """Asked at once, so that a slip of the pen is noticed here and not in a week."""
        key = self.cleaned_data["akismet_key"].strip()
        self.key_state = spam.verify(key) if key else None
        if self.key_state == spam.KeyState.INVALID:
            raise ValidationError("Akismet does not know this key. It may also stay empty.")
        return key

    def clean(self):
        super().clean()
        self.validate_passwords()
        name, email = self.cleaned_data.get("name", ""), self.cleaned_data.get("email", "")
        user = User(username=username(name) if name else "", first_name=name, email=email)
        self.validate_password_for_user(user, "password1")
        return self.cleaned_data

    @sensitive_variables()
    def save(self):
        """The new author, or None where somebody else was faster."""
        data = self.cleaned_data
        user = User(username=username(data["name"]), first_name=data["name"], email=data["email"])
        user.is_staff = user.is_superuser = True
        user.set_password(data["password1"])  # slow on purpose, so before any lock
        site = Site.objects.current()
        with transaction.atomic():
            site = Site.objects.select_for_update().get(pk=site.pk)
            if is_set_up():
                return None
            user.save()
            site.name, site.time_zone = data["site_name"], data["time_zone"]
            site.save()
            self._save_key(site)
            sample.adopt(user)
        return user

    def _save_key(self, site):
        if key := self.cleaned_data.get("akismet_key"):
            discussion = Discussion.objects.of(site)
            discussion.akismet_key = key
            discussion.save()


@sensitive_post_parameters("password1", "password2", "akismet_key")
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def view(request, token):
    """The page behind the link."""
    try:
        signing.loads(token, salt=SALT, max_age=DAY)
    except signing.SignatureExpired:
        return _over(request)
    except signing.BadSignature:
        raise Http404 from None
    if is_set_up():
        return _over(request)
    form = WelcomeForm(request.POST or None)
    if form.is_valid():
        user = form.save()
        return _begin(request, user, form) if user else _over(request)
    return _private(
        TemplateResponse(
            request, "sitecore/welcome.html", {"form": form}, status=422 if form.errors else 200
        )
    )


def _begin(request, user, form):
    login(request, user)
    sign_in = settings.SITE_URL + reverse("admin:index")
    messages.success(
        request,
        f"Your site is set up. From now on, sign in at {sign_in} as “{user.get_username()}”."
        " Write under Posts; a button under Site removes the sample.",
    )
    if getattr(form, "key_state", None) == spam.KeyState.UNREACHABLE:
        messages.warning(
            request,
            "Akismet could not be reached, so your key is saved and not verified yet."
            " Comments wait until it answers.",
        )
    response = HttpResponseRedirect(reverse("admin:index"))
    response.status_code = 303
    return _private(response)


def _over(request):
    """The link was good once."""
    context = {"is_set_up": is_set_up()}
    return _private(TemplateResponse(request, "sitecore/welcome_over.html", context, status=410))


def _private(response):
    # Not "no-referrer": browsers then send the form with "Origin: null", as other sites' forms.
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["X-Robots-Tag"] = "noindex"
    return response
