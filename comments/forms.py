import re
import unicodedata

from django import forms
from django.core.validators import URLValidator

from comments import tokens
from comments.models import Comment
from posts.markup import printable

LONGEST = 10_000

PARENT_IS_GONE = (
    "The comment you answer is no longer here."
    " Sent once more, yours will stand by itself under the post."
)

# What turns the text around it, and what takes room and shows nothing.
BIDI = re.compile(r"[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
BLANK = re.compile(r"[\s\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0]")


class Line(forms.CharField):
    """One line of text that can be seen: no control characters, nothing that turns other text."""

    def to_python(self, value):
        value = " ".join(BIDI.sub("", printable(str(value or ""))).split())
        return value if any(is_visible(character) for character in value) else ""


class Address(forms.URLField):
    """A web address, http or https; `example.org` is taken as it is meant."""

    default_validators = [
        URLValidator(["http", "https"], message="Give a web address such as example.org.")
    ]

    def to_python(self, value):
        return super().to_python(BIDI.sub("", printable(str(value or ""))).strip())


class Text(forms.CharField):
    """Several lines of text, with the line ends of Unix and no control characters."""

    widget = forms.Textarea

    def widget_attrs(self, widget):
        return {}  # no maxlength: browsers would cut what is pasted, without a word

    def to_python(self, value):
        return printable(str(value or "")).rstrip().lstrip("\n")


def is_visible(character: str) -> bool:
    category = unicodedata.category(character)
    return category[0] not in "CZM" and not BLANK.match(character)


class BodyForm(forms.Form):
    """The text of a comment. Used as it is by moderators, who need no name."""

    body = Text(
        label="Your comment",
        max_length=LONGEST,
        error_messages={
            "required": "Write something first.",
            "max_length": f"This has %(show_value)d characters, and {LONGEST} are the most."
            " Nothing is lost: shorten it, or send it in two parts.",
        },
        widget=forms.Textarea(attrs={"rows": 6, "enterkeyhint": "enter", "dir": "auto"}),
    )


class ReplyForm(BodyForm):
    """A comment on a post, by somebody who is signed in."""

    parent = forms.IntegerField(required=False, widget=forms.HiddenInput)
    token = forms.CharField(
        max_length=200,
        widget=forms.HiddenInput,
        error_messages={"required": "This form had grown stale. Please send it once more."},
    )
    subject = forms.CharField(required=False, widget=forms.TextInput)  # the honeypot

    def __init__(self, data=None, *, post, parent=None, **kwargs):
        self.post = post
        kwargs.setdefault("initial", {})
        kwargs["initial"] |= {"token": tokens.issue(), "parent": parent.pk if parent else None}
        if parent:  # its form may stand in a page that has one already
            kwargs.setdefault("auto_id", f"reply-{parent.pk}-%s")
        super().__init__(data, **kwargs)
        self.fields["body"].label = "Your reply" if parent else "Your comment"

    def clean_token(self):
        token = self.cleaned_data["token"]
        if tokens.issued_at(token) is None:
            self.data = self.data.copy() | {"token": tokens.issue()}
            raise forms.ValidationError("This form had grown stale. Please send it once more.")
        return token

    def clean_parent(self):
        """The comment that is answered: public, and of this post."""
        pk = self.cleaned_data["parent"]
        if pk is None:
            return None
        parent = self.post.comments.approved().filter(pk=pk).first()
        if parent is None:
            self.data = self.data.copy() | {"parent": ""}
            raise forms.ValidationError(PARENT_IS_GONE)
        return parent

    @property
    def hidden_errors(self) -> list[str]:
        """Errors of fields that nobody sees."""
        return [e for field in self.hidden_fields() for e in field.errors]


class CommentForm(ReplyForm):
    """A comment on a post, by a visitor."""

    author_name = Line(
        label="Name",
        max_length=Comment._meta.get_field("author_name").max_length,
        error_messages={"required": "Give a name. Any name will do."},
        widget=forms.TextInput(attrs={"autocomplete": "name", "dir": "auto"}),
    )
    author_email = forms.EmailField(
        label="E-mail (optional)",
        required=False,
        max_length=254,
        help_text="Not shown; sent to our spam check.",
        error_messages={"invalid": "This is not an e-mail address. It may stay empty."},
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    author_url = Address(
        label="Website (optional)",
        required=False,
        max_length=200,
        assume_scheme="https",
        error_messages={"invalid": "Give a web address such as example.org, or leave it empty."},
        widget=forms.TextInput(
            attrs={"autocomplete": "url", "inputmode": "url", "autocapitalize": "off"}
        ),
    )
    remember = forms.BooleanField(
        label="Remember my name, e-mail and website in this browser", required=False
    )

    field_order = ("body", "author_name", "author_email", "author_url", "remember")
