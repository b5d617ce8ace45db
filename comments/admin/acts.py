"""What a moderator does with comments, one or many: names, words, and how it is done."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django import forms
from django.contrib.auth.models import AbstractBaseUser
from django.utils.http import url_has_allowed_host_and_scheme

from comments import moderation
from comments.models import Comment
from comments.views import is_id

Status = Comment.Status
MOST = 200  # comments at once: as many as a page of the queue can show


@dataclass(frozen=True)
class Act:
    name: str
    label: str
    done: str
    """A comment by Ann is ..."""
    carry_out: Callable[[Comment, AbstractBaseUser], bool]


def restore(comment: Comment, user) -> bool:
    """Out of the trash, to where it was before."""
    before = comment.events.filter(verb__in=[Status.APPROVED, Status.SPAM, Status.PENDING])
    verb = before.order_by("-at", "-pk").values_list("verb", flat=True).first()
    return moderation.move(comment, verb or Status.PENDING, user)


def purge(comment: Comment, user) -> bool:
    if comment.status not in (Status.SPAM, Status.TRASH):
        return False  # somebody has moved it since
    moderation.purge(comment)
    return True


def _move(to: str) -> Callable:
    return lambda comment, user: moderation.move(comment, to, user)


ACTS = {
    act.name: act
    for act in (
        Act("publish", "Publish", "published", _move(Status.APPROVED)),
        Act("not_spam", "Not spam: publish", "published", _move(Status.APPROVED)),
        Act("spam", "Spam", "moved to spam", _move(Status.SPAM)),
        Act("trash", "Trash", "moved to the trash", _move(Status.TRASH)),
        Act("wait", "Put back to wait", "waiting for you again", _move(Status.PENDING)),
        Act("restore", "Restore", "restored", restore),
        Act("check_again", "Check again", "checked again in a moment", moderation.check_again),
        Act("purge", "Delete for good", "deleted for good", purge),
    )
}
OFFERED = {
    Status.PENDING: ("publish", "spam", "trash", "check_again"),
    Status.APPROVED: ("spam", "trash", "wait"),
    Status.SPAM: ("not_spam", "trash", "purge"),
    Status.TRASH: ("restore", "spam", "purge"),
}


def named(names: Iterable[str], enabled: bool) -> list[Act]:
    """Those of these acts that make sense: without a key (`enabled`) nothing is checked again."""
    left_out = set() if enabled else {"check_again"}
    return [ACTS[name] for name in names if name not in left_out]


def offered(comment: Comment, enabled: bool) -> list[Act]:
    """For one comment. An emptied one only holds a place for its replies."""
    return named(OFFERED[comment.status], enabled) if comment.body else []


class ActForm(forms.Form):
    act = forms.TypedChoiceField(
        choices=[(name, act.label) for name, act in ACTS.items()], coerce=ACTS.get
    )
    comment = forms.TypedMultipleChoiceField(
        coerce=int, error_messages={"required": "Tick the comments you mean first."}
    )
    sure = forms.BooleanField(required=False)
    next = forms.CharField(required=False)

    def __init__(self, data, host: str):
        super().__init__(self._one(data))
        self.host = host
        sent = self.data.getlist("comment")[:MOST]
        self.fields["comment"].choices = [(pk, pk) for pk in sent if is_id(pk)]

    def _one(self, data):
        """A row's button names one comment, whatever else is ticked: one="spam 12"."""
        act, _, pk = data.get("one", "").partition(" ")
        if not act:
            return data
        data = data.copy()
        data["act"], data["comment"] = act, pk
        return data

    def clean_next(self) -> str:
        to = self.cleaned_data["next"]
        return to if url_has_allowed_host_and_scheme(to, allowed_hosts={self.host}) else ""

    @property
    def comments(self):
        return Comment.objects.filter(pk__in=self.cleaned_data["comment"]).order_by("-pk")


def carry_out(act: Act, comments, user) -> int:
    """One move each; how many it was. Those that somebody else has deleted meanwhile are none."""
    done = 0
    for comment in comments:
        try:
            done += act.carry_out(comment, user)
        except Comment.DoesNotExist:
            continue
    return done


def outcome(act: Act, done: int) -> str:
    if not done:
        return "Nothing has changed: it was so already."
    return f"{done} comment{'' if done == 1 else 's'} {act.done}."
