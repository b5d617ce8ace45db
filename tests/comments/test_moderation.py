import pytest
from django.db import IntegrityError

from comments import moderation, spam, thread
from comments.models import Comment, Event, Purged, Submission, Thread

pytestmark = pytest.mark.django_db


def shown(post):
    return list(post.comments.shown().order_by("path").values_list("body", flat=True))


def count(post):
    return Thread.objects.get(post=post).count


def test_a_new_comment_is_pending_and_due_for_a_check(write):
    comment = write(status="pending")
    assert (comment.status, comment.shown, comment.cleared_by) == ("pending", False, "")
    assert comment.check_at > comment.created_at


def test_a_new_comment_is_not_counted(write, post):
    write(status="pending")
    assert count(post) == 0


def test_a_published_comment_is_shown_counted_and_cleared_by_its_moderator(write, post, alma):
    comment = write()
    assert (comment.shown, comment.cleared_by) == (True, "moderator")
    assert comment.events.get(verb="approved").actor == alma
    assert count(post) == 1


def test_publishing_twice_counts_once(write, post, alma):
    comment = write()
    assert moderation.move(comment, "approved", alma) is False
    assert count(post) == 1


def test_spam_with_a_reply_leaves_a_stone(write, post, alma):
    root = write("root")
    write("reply", parent=root)
    moderation.move(root, "spam", alma)
    assert shown(post) == ["root", "reply"]
    assert count(post) == 1


def test_a_stone_goes_with_its_last_reply(write, post, alma):
    root = write("root")
    reply = write("reply", parent=root)
    moderation.move(root, "trash", alma)
    moderation.move(reply, "trash", alma)
    assert shown(post) == []


def test_a_stone_stays_while_another_reply_needs_it(write, post, alma):
    root = write("root")
    reply = write("one", parent=root)
    write("two", parent=root)
    moderation.move(root, "trash", alma)
    moderation.move(reply, "trash", alma)
    assert shown(post) == ["root", "two"]


def test_publishing_a_reply_lights_all_the_stones_above_it(write, post, alma):
    root = write("root")
    middle = write("middle", parent=root)
    leaf = write("leaf", parent=middle, status="pending")
    moderation.move(middle, "spam", alma)
    moderation.move(root, "spam", alma)
    assert shown(post) == []
    moderation.move(leaf, "approved", alma)
    assert shown(post) == ["root", "middle", "leaf"]


def test_no_move_changes_the_status_of_another_comment(write, alma):
    root = write("root")
    reply = write("reply", parent=root)
    moderation.move(root, "spam", alma)
    reply.refresh_from_db()
    assert reply.status == "approved"


def test_the_first_publication_keeps_its_date(write, alma):
    comment = write()
    first = comment.published_at
    moderation.move(comment, "pending", alma)
    moderation.move(comment, "approved", alma)
    assert comment.published_at == first


def test_the_database_refuses_a_public_comment_that_nobody_cleared(write):
    comment = write(status="pending")
    with pytest.raises(IntegrityError):
        Comment.objects.filter(pk=comment.pk).update(status="approved", shown=True)


def test_the_same_form_sent_twice_is_one_comment(post):
    def send():
        comment = Comment(post=post, author_name="Bo", body="Twice")
        return moderation.receive(comment, Submission(key="same"))

    first = send()
    with pytest.raises(moderation.AlreadyReceived) as again:
        send()
    assert again.value.comment == first
    assert Comment.objects.count() == 1


def test_a_moderators_new_text_is_cleared_by_their_name(write, alma):
    comment = write("A tpyo")
    moderation.edit(comment, "A *typo*", alma)
    assert "<em>typo</em>" in comment.body_html
    assert (comment.cleared_by, comment.cleared_at) == ("moderator", comment.edited_at)
    assert comment.events.get(verb="edited").actor == alma


def test_a_pending_comment_with_a_new_text_is_checked_anew(write, alma):
    comment = write(status="pending")
    moderation.edit(comment, "Other words", alma)
    assert comment.check_at == comment.edited_at


def test_a_purged_leaf_is_gone_and_leaves_its_number(write, post):
    leaf = write()
    moderation.purge(leaf)
    assert not Comment.objects.filter(pk=leaf.pk).exists()
    assert Purged.objects.get(pk=leaf.pk).post == post
    assert count(post) == 0


def test_a_purged_comment_with_replies_is_emptied_and_stays(write, post):
    root = write("root", author_url="https://bo.example")
    write("reply", parent=root)
    moderation.purge(root)
    root.refresh_from_db()
    assert (root.body, root.author_name, root.author_email, root.author_url) == ("", "", "", "")
    assert not Submission.objects.filter(comment=root).exists()
    assert shown(post) == ["", "reply"]


def test_a_purged_pending_comment_leaves_no_number(write):
    comment = write(status="pending")
    moderation.purge(comment)
    assert not Purged.objects.exists()


def test_every_visible_change_makes_a_new_version_of_the_thread(write, post, alma):
    def version():
        return Thread.objects.get(post=post).version

    comment = write()
    versions = [version()]
    moderation.edit(comment, "Other words", alma)
    versions.append(version())
    moderation.move(comment, "spam", alma)
    versions.append(version())
    assert versions == [1, 2, 3]


def test_events_name_no_personal_value(write):
    write("Secret words", name="Bo", holds=[{"rule": "links", "count": 4}])
    told = str(list(Event.objects.values_list("data", flat=True)))
    assert "Secret" not in told
    assert "Bo" not in told


def test_a_stone_that_says_something_else_is_a_new_version(write, post, alma):
    root = write("root")
    write("reply", parent=root)
    moderation.move(root, "pending", alma)
    before = Thread.objects.get(post=post).version
    moderation.move(root, "trash", alma)
    assert Thread.objects.get(post=post).version == before + 1


def test_what_was_emptied_can_not_be_published(write, alma):
    root = write("root", status="spam")
    Comment.objects.create(**reply_to(root))
    moderation.purge(root)
    assert moderation.move(root, "approved", alma) is False


def test_what_was_emptied_can_not_be_written_anew(write, alma):
    root = write("root")
    write("reply", parent=root)
    moderation.purge(root)
    moderation.edit(root, "Other words", alma)
    root.refresh_from_db()
    assert root.body == ""


def test_emptying_leaves_no_trace_of_the_text(write):
    root = write("root")
    write("reply", parent=root)
    root.checks.create(ms=1, result="ham", text_hash="of the text")
    moderation.purge(root)
    assert not root.checks.exists()


def test_a_new_key_does_not_overrule_a_moderator(write, alma):
    comment = write(status="pending")
    moderation.move(comment, "approved", alma)
    moderation.move(comment, "pending", alma)
    assert moderation.make_due_again() == 0


def test_an_answer_to_an_earlier_state_changes_nothing(akismet, write, alma):
    comment = write(status="pending")
    verdict = spam.check(comment)
    moderation.move(Comment.objects.get(), "spam", alma)
    moderation.move(Comment.objects.get(), "pending", alma)
    moderation.decide(comment, verdict)
    assert Comment.objects.get().status == "pending"


def reply_to(parent):
    place = thread.place(parent, parent.created_at, parent.pk + 1)
    fields = {"post": parent.post, "parent": parent, "author_name": "Ann", "body": "Reply"}
    return fields | vars(place) | {"status_at": parent.status_at, "pk": parent.pk + 1}
