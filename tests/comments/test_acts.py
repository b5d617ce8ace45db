"""What moderators do from the post's page, and who else may not."""

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk(db):
    """A member of staff who may not moderate."""
    return get_user_model().objects.create_user("clerk", password="pw", is_staff=True)


def move(client, comment, to, **fields):
    return client.post(f"/comments/{comment.pk}/move/", {"to": to} | fields)


def test_a_moderator_moves_a_comment_and_comes_back_to_it(client, alma, write):
    client.force_login(alma)
    comment = write(status="pending")
    response = move(client, comment, "approved")
    comment.refresh_from_db()
    assert comment.status == "approved"
    assert (response.status_code, response.url) == (303, f"/comments/{comment.pk}/")


def test_nobody_else_moves_or_edits_a_comment(client, clerk, write):
    comment = write(status="pending")
    for person in (None, clerk):
        if person:
            client.force_login(person)
        assert move(client, comment, "approved").status_code == 403
        edited = client.post(f"/comments/{comment.pk}/edit/", {"body": "Mine now"})
        assert edited.status_code == 403
    comment.refresh_from_db()
    assert (comment.status, comment.body) == ("pending", "Well said.")


def test_staff_with_the_permission_are_moderators(client, clerk, write):
    clerk.user_permissions.add(Permission.objects.get(codename="change_comment"))
    client.force_login(clerk)
    assert move(client, write(), "spam").status_code == 303


def test_there_is_no_other_status(client, alma, write):
    client.force_login(alma)
    assert move(client, write(), "shown").status_code == 404


def test_a_move_is_never_made_by_a_link(client, alma, write):
    client.force_login(alma)
    assert client.get(f"/comments/{write().pk}/move/").status_code == 405


@pytest.mark.parametrize("to", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_the_way_back_stays_on_this_site(client, alma, write, to):
    client.force_login(alma)
    assert "evil" not in move(client, write(), "spam", next=to).url
    assert move(client, write(name="Ann"), "spam", next=to).url == "/posts/on-answering/"


def test_the_way_back_leads_where_the_moderator_came_from(client, alma, write):
    client.force_login(alma)
    response = move(client, write(), "spam", next="/posts/on-answering/?from=1#comment-2")
    assert response.url == "/posts/on-answering/?from=1#comment-2"


def test_a_moderator_corrects_a_text(client, alma, write):
    client.force_login(alma)
    comment = write("A tpyo")
    client.post(f"/comments/{comment.pk}/edit/", {"body": "A typo"})
    comment.refresh_from_db()
    assert comment.body_html == "<p>A typo</p>"


def test_an_empty_correction_is_refused_in_words(client, alma, write):
    client.force_login(alma)
    response = client.post(f"/comments/{write().pk}/edit/", {"body": " "})
    assert response.status_code == 422
    assert "Write something first." in response.content.decode()


def test_a_moderator_answers_without_giving_a_name(akismet, client, alma, write, form):
    client.force_login(alma)
    parent = write(name="Ann")
    fields = {name: value for name, value in form("Thank you", parent=parent.pk).items() if value}
    fields = {name: fields[name] for name in ("body", "token", "parent")}
    client.post("/posts/on-answering/comments/", fields)
    assert parent.replies.get().author == alma


def test_a_comment_of_another_post_can_not_be_answered_here(akismet, client, write, post, form):
    post.pk, post.slug = None, "another"
    post.save()
    elsewhere = write(post=post)
    fields = form("A reply", parent=elsewhere.pk)
    assert client.post("/posts/on-answering/comments/", fields).status_code == 422


def test_after_a_comment_has_left_the_page_its_parent_is_the_place(client, alma, write):
    client.force_login(alma)
    root = write("root")
    reply = write("reply", parent=root)
    for comment, place in [(reply, f"comment-{root.pk}"), (root, "thread")]:
        response = move(client, comment, "spam", next=f"/posts/on-answering/#comment-{comment.pk}")
        assert response.url == f"/posts/on-answering/#{place}"


def test_a_link_checker_may_ask_for_the_head_of_a_permalink(client, write):
    assert client.head(f"/comments/{write().pk}/").status_code == 303
