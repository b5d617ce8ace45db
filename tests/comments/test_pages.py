"""The pages as they are sent: their HTML, their size, and what they ask for."""

import gzip
import re
from datetime import timedelta
from itertools import cycle, islice
from pathlib import Path
from urllib.parse import urlsplit

import html5lib
import pytest
from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone

from comments import moderation, tokens
from comments.models import Comment, Submission
from posts.models import Post, Site

# Prose as people write it; random letters would measure nothing but gzip's despair.
SENTENCES = [
    "I read this twice, once for the argument and once for the examples, and they do not agree.",
    "My grandmother kept every letter she was sent, and never one of her own.",
    "That is a fair point, though I would put it the other way round.",
    "Has anybody here tried it with more than a handful of people?",
    "We did, for two winters, and by the end nobody remembered who had begun.",
    "The second paragraph says it better than I could, so I leave it there.",
    "You are right about the margin; it was always meant for the reader.",
    "I do not think so, but I see why one would.",
    "What surprised me was how little of it depends on being in the same room.",
    "It reminds me of the old guest books in mountain huts.",
    "Thank you, that is exactly the passage I had in mind.",
    "Nobody answers a letter that asks nothing.",
    "And yet the shortest one in the collection is the one that all of us quote.",
]


def html(response) -> str:
    return response.content.decode()


def ids(page: str) -> list[str]:
    return re.findall(r'\sid="([^"]*)"', page)


def assert_valid(page: str):
    html5lib.HTMLParser(strict=True).parse(page)
    assert len(ids(page)) == len(set(ids(page)))
    named = re.findall(r'(?:for|aria-describedby|aria-labelledby)="([^"]*)"', page)
    assert set(" ".join(named).split()) <= set(ids(page))


@pytest.fixture
def moderator(client, alma):
    client.force_login(alma)
    return client


@pytest.fixture
def own_page(write):
    """Opens what a writer is sent to."""

    def own_page(client, comment):
        return client.get(f"/comments/{comment.pk}/status/{tokens.status_signature(comment)}/")

    return own_page


@pytest.fixture
def hundred(write):
    """A thread of 100 comments of 300 characters, two of three of them replies."""
    sentences, last = cycle(SENTENCES), None
    for number in range(100):
        body = " ".join(islice(sentences, number % 5, number % 5 + 6)).ljust(300, ".")[:300]
        name = ("Ann", "Bo", "Cem")[number % 3]
        last = write(body, name=name, parent=last if number % 3 else None)


def test_a_page_of_a_hundred_comments_is_small(client, post, hundred):
    page = client.get("/posts/on-answering/").content
    assert page.count(b'class="comment"') == 100
    assert len(page) <= 80_000
    assert len(gzip.compress(page)) <= 15_000


def test_a_page_of_a_hundred_comments_takes_few_queries(
    client, post, hundred, django_assert_max_num_queries
):
    with django_assert_max_num_queries(6):
        client.get("/posts/on-answering/")


def test_style_and_scripts_are_small():
    static = Path(settings.BASE_DIR) / "static"
    assert (static / "afterword.css").stat().st_size <= 15_000
    assert sum(script.stat().st_size for script in static.glob("*.js")) <= 20_000


@pytest.mark.parametrize("url", ["/", "/posts/on-answering/", "/privacy/", "/comments/1/reply/"])
def test_a_reader_is_given_no_cookie(client, write, url):
    comment = write()
    response = client.get(url.replace("1", str(comment.pk)))
    assert response.status_code == 200
    assert not response.cookies


@pytest.mark.parametrize("url", ["/", "/posts/on-answering/", "/privacy/", "/nothing-here/"])
def test_nothing_is_loaded_from_another_host(client, write, url):
    write("![x](https://elsewhere.example/x.png) https://elsewhere.example")
    page = html(client.get(url))
    resource = r'<(?:link rel="(?:icon|stylesheet)"|script|img)[^>]*(?:href|src)="([^"]*)'
    loaded = re.findall(resource, page)
    assert loaded
    assert not any(urlsplit(address).netloc for address in loaded)


@pytest.mark.parametrize(
    "url", ["/", "/?page=2", "/posts/on-answering/", "/privacy/", "/nothing-here/"]
)
def test_pages_are_valid_html(client, post, write, url):
    first = write("> a quotation\n\n- a list\n\n```\ncode\n```", author_url="https://example.org/")
    write("A reply.", parent=write("Another.", parent=first), name="<Ann> & “co”")
    for n in range(12):
        Post.objects.create(title=f"<{n}>", slug=f"p-{n}", body="x", status="published")
    assert_valid(html(client.get(url)))


def test_a_deep_thread_is_nested_lists_in_order(client, write):
    comment = None
    for depth in range(8):
        comment = write(f"Level {depth}", parent=comment)
    page = html(client.get("/posts/on-answering/"))
    assert_valid(page)
    assert page.count("<ol>") == 5
    assert [int(n) for n in re.findall(r"Level (\d)", page)] == list(range(8))


def test_pages_for_writers_are_valid_html(client, post, write, form, own_page):
    parent = write()
    errors = form(body="", author_name="", author_email="x", parent=parent.pk, token="stale")
    assert_valid(html(client.get(f"/comments/{parent.pk}/reply/")))
    assert_valid(html(client.post("/posts/on-answering/comments/", errors)))
    assert_valid(html(own_page(client, write("Mine.", status="pending", parent=parent))))


def test_pages_for_moderators_are_valid_html(moderator, post, write):
    comment = write("Waiting.", status="pending", parent=write())
    assert_valid(html(moderator.get("/posts/on-answering/")))
    assert_valid(html(moderator.get(f"/comments/{comment.pk}/edit/")))


def test_a_form_opened_in_place_repeats_no_id_of_the_page(client, write):
    comment = write()
    page = html(client.get("/posts/on-answering/"))
    part = html(client.get(f"/comments/{comment.pk}/reply/", headers={"HX-Request": "true"}))
    assert "<html" not in part
    assert not set(ids(page)) & set(ids(part))


def test_a_form_opened_in_place_leaves_the_details_to_the_page(client, write, akismet):
    url = f"/comments/{write().pk}/reply/"
    assert "<details>" in html(client.get(url))
    part = html(client.get(url, headers={"HX-Request": "true"}))
    assert "Akismet" in part
    assert "<details>" not in part


def test_only_a_session_gets_a_token_against_forged_forms(client, alma, write):
    write()
    assert "csrfmiddlewaretoken" not in html(client.get("/posts/on-answering/"))
    client.force_login(alma)
    assert "csrfmiddlewaretoken" in html(client.get("/posts/on-answering/"))


def test_the_heading_counts_thoughts(client, post, write):
    assert "No thoughts on “On answering” yet" in html(client.get("/posts/on-answering/"))
    write()
    assert "One thought on “On answering”" in html(client.get("/posts/on-answering/"))
    write("Quite.")
    assert "2 thoughts on “On answering”" in html(client.get("/posts/on-answering/"))
    assert "2 thoughts" in html(client.get("/"))


def test_an_empty_thread_asks_for_the_first_answer(client, post):
    assert "Be the first to answer" in html(client.get("/posts/on-answering/"))


def test_a_site_without_posts_says_so(client, db):
    assert "Nothing is published here yet" in html(client.get("/"))


def test_roots_are_headings_and_replies_are_not(client, write):
    write("A reply.", parent=write(name="Root"), name="Leaf")
    headings = re.findall(r"<h3.*?</h3>", html(client.get("/posts/on-answering/")), re.DOTALL)
    assert len(headings) == 1
    assert "Root" in headings[0]


def test_a_name_is_a_link_only_with_a_website(client, write):
    write(name="Ann", author_url="https://ann.example/")
    write("Again.", name="Bo")
    page = html(client.get("/posts/on-answering/"))
    assert '<a href="https://ann.example/" rel="nofollow ugc noopener">Ann</a>' in page
    assert '<b dir="auto">Bo</b>' in page


def test_the_author_of_the_post_is_marked(client, alma, write):
    write(author=alma, name="Alma")
    write("Not mine.", name="Alma")
    assert html(client.get("/posts/on-answering/")).count('class="badge"') == 1


def test_a_stone_keeps_its_place_and_nothing_else(client, alma, write):
    secret = write("What was said.", name="Gone", author_url="https://gone.example/")
    write("A reply.", parent=secret)
    moderation.move(secret, "trash", alma)
    page = html(client.get("/posts/on-answering/"))
    assert "Removed by the author of the site" in page
    assert "in reply to" in page
    assert not re.search(r"What was said|Gone|gone\.example", page)


def test_a_removed_root_is_still_a_heading(client, alma, write):
    root = write()
    removed = write(parent=root)
    write(parent=removed)
    for comment in (root, removed):
        moderation.move(comment, "trash", alma)
    page = html(client.get("/posts/on-answering/"))
    assert re.findall(r'<(\w+) class="stone">', page) == ["h3", "p"]


def test_every_reply_says_whom_it_answers(client, write):
    comment = write(name="Person 0")
    for number in range(1, 8):
        comment = write(f"Level {number}", parent=comment, name=f"Person {number}")
    page = html(client.get("/posts/on-answering/"))
    said = re.findall(r'<p class="to( nested)?">in reply to <a [^>]*>([^<]*)</a>', page)
    assert [name for _, name in said] == [f"Person {n}" for n in range(7)]
    assert [bool(hidden) for hidden, _ in said] == [True] * 4 + [False] * 3


def test_a_later_page_says_what_it_continues(client, write, monkeypatch):
    monkeypatch.setattr("comments.thread.PAGE", 3)
    comment = None
    for name in ("Ann", "Bo", "Cem", "Dilnaz"):
        comment = write(name=name, parent=comment)
    page = html(client.get(f"/posts/on-answering/?from={comment.pk}"))
    assert_valid(page)
    above = re.findall(r'<(\w+) class="above"><a [^>]*>([^<]*)</a>, on an earlier page', page)
    assert above == [("h3", "Ann"), ("p", "Bo"), ("p", "Cem")]
    assert page.count("<ol>") == 4
    assert ids(page).count(f"comment-{comment.pk}") == page.count('id="comment-') == 1


def test_a_later_page_does_not_name_who_was_removed(client, alma, write, monkeypatch):
    monkeypatch.setattr("comments.thread.PAGE", 1)
    root = write(name="Gone")
    reply = write(parent=root)
    moderation.move(root, "trash", alma)
    page = html(client.get(f"/posts/on-answering/?from={reply.pk}"))
    assert ">a removed comment</a>, on an earlier page" in page
    assert "Gone" not in page


def thread_links(page: str) -> list[str]:
    return re.findall(r'href="/posts/on-answering/([^"]*)#thread"', page)


def test_pages_of_a_thread_link_to_each_other(client, write, monkeypatch):
    monkeypatch.setattr("comments.thread.PAGE", 2)
    pks = [write(str(number)).pk for number in range(8)]
    links = thread_links(html(client.get(f"/posts/on-answering/?from={pks[4]}")))
    assert set(links) == {"", f"?from={pks[2]}", f"?from={pks[6]}", "?from=last", "?order=newest"}
    assert len(links) == 1 + 2 * 4
    links = thread_links(html(client.get(f"/posts/on-answering/?from={pks[2]}")))
    assert links.count("") == 2  # the page before is the first


def test_pages_keep_an_order_that_was_asked_for(client, write, monkeypatch):
    monkeypatch.setattr("comments.thread.PAGE", 2)
    pks = [write(str(number)).pk for number in range(6)]
    links = thread_links(html(client.get(f"/posts/on-answering/?from={pks[3]}&order=newest")))
    assert {f"?from={pks[1]}&amp;order=newest", "?order=newest", "?order=oldest"} <= set(links)
    assert "" not in links


def test_the_canonical_address_is_the_posts(client, write):
    write()
    page = html(client.get("/posts/on-answering/?order=newest"))
    assert f'<link rel="canonical" href="{settings.SITE_URL}/posts/on-answering/">' in page


def test_dates_are_absolute_and_in_the_sites_zone(client, write):
    Site.objects.update(time_zone="Asia/Tokyo")
    comment = write()
    at = timezone.datetime(2026, 7, 8, 20, 30, tzinfo=timezone.get_fixed_timezone(0))
    Comment.objects.filter(pk=comment.pk).update(created_at=at)
    page = html(client.get("/posts/on-answering/"))
    assert '<time datetime="2026-07-08T20:30:00Z">9 July 2026, 05:30</time>' in page


@pytest.mark.parametrize("status", ["pending", "spam", "trash"])
def test_a_writer_sees_a_comment_that_is_not_public_in_its_place(client, write, own_page, status):
    page = html(own_page(client, write("Mine.", status=status, parent=write())))
    own = re.search(r'<div class="said own">.*?class="text"[^>]*>(.*?)</div>', page, re.DOTALL)
    assert "Only you can see this." in own[0]
    assert own[1] == "<p>Mine.</p>"


def test_the_writers_page_differs_in_nothing_between_held_and_spam(client, write, own_page, alma):
    comment = write("Mine.", status="pending")
    token = re.compile(r'name="token" value="[^"]*"')
    held = token.sub("", html(own_page(client, comment)))
    moderation.move(comment, "spam", alma)
    assert token.sub("", html(own_page(client, comment))) == held


def test_the_writers_page_offers_no_other_order(client, write, own_page):
    write()
    comment = write("Mine.", status="pending", parent=write())
    assert "?order=" in html(client.get("/posts/on-answering/"))
    assert "?order=" not in html(own_page(client, comment))


def test_the_writers_page_says_in_its_title_what_it_is(client, write, own_page):
    page = html(own_page(client, write("Mine.", status="pending")))
    assert "<title>Only you can see this: On answering — Afterword</title>" in page


def test_the_writers_page_leads_to_the_thread_and_to_no_part_of_it(
    client, write, own_page, monkeypatch
):
    monkeypatch.setattr("comments.thread.PAGE", 2)
    for number in range(5):
        write(str(number))
    page = html(own_page(client, write("Mine.", status="pending")))
    assert "from=" not in page
    assert '<a href="/posts/on-answering/#thread">The thread as others see it</a>' in page


@pytest.mark.parametrize(
    ("query", "title"),
    [
        ("", "On answering — Afterword"),
        ("?from=7", "On answering, from comment 7 on — Afterword"),
        ("?from=last", "On answering, the last comments — Afterword"),
        ("?from=<b>free+beer", "On answering — Afterword"),
    ],
)
def test_each_page_of_a_thread_has_a_title_of_its_own(client, post, query, title):
    assert f"<title>{title}</title>" in html(client.get(f"/posts/on-answering/{query}"))


def test_others_do_not_see_a_held_comment(client, write):
    write("Mine.", status="pending")
    assert "Mine." not in html(client.get("/posts/on-answering/"))


def test_moderators_find_their_buttons_and_readers_do_not(client, alma, write):
    write("Waiting.", status="pending")
    write("Public.")
    assert "moderation" not in html(client.get("/posts/on-answering/"))
    client.force_login(alma)
    page = html(client.get("/posts/on-answering/"))
    assert page.count('value="approved"') == 1
    assert page.count('value="spam"') == page.count('value="trash"') == 2
    assert "You comment as <b" in page
    assert 'name="author_name"' not in page


def test_what_is_still_being_checked_waits_for_nobody(moderator, write, settings):
    settings.AKISMET_API_KEY = "valid-key"
    for check_at in (None, timezone.now()):
        comment = write(status="pending")
        Comment.objects.filter(pk=comment.pk).update(check_at=check_at)
    page = html(moderator.get("/posts/on-answering/"))
    states = re.findall(r'<p class="state"><strong>([^<]*)<', page)
    assert states == ["Waiting for you", "Being checked"]


def test_a_moderator_is_told_what_was_done(moderator, write):
    comment = write(status="pending")
    data = {"to": "approved", "next": "/posts/on-answering/"}
    page = html(moderator.post(f"/comments/{comment.pk}/move/", data, follow=True))
    assert re.search(r'role="status"><p>Published\.', page)


def test_a_closed_thread_takes_no_answers(client, post, write):
    write()
    Post.objects.update(comments_open=False)
    page = html(client.get("/posts/on-answering/"))
    assert "Comments are closed." in page
    assert "<form" not in page
    assert ">Reply<" not in page


def test_what_was_written_to_a_closed_thread_is_shown_back(client, post, form):
    Post.objects.update(comments_open=False)
    response = client.post("/posts/on-answering/comments/", form("Too late?"))
    assert response.status_code == 403
    assert "Comments are closed" in html(response)
    assert "Too late?" in html(response)


def test_a_draft_says_that_it_is_one(moderator, post):
    Post.objects.update(status="draft")
    page = html(moderator.get("/posts/on-answering/"))
    assert "This is not published" in page
    assert "<form" not in page


def test_errors_are_summed_up_with_links_and_everything_is_kept(client, post, form):
    data = form(body="Kept.", author_name="", author_email="nobody", author_url="example.org")
    response = client.post("/posts/on-answering/comments/", data | {"remember": "on"})
    page = html(response)
    assert response.status_code == 422
    assert page.count('aria-invalid="true"') == 2
    for name in ("author_name", "author_email"):
        assert f'<a href="#id_{name}">' in page
        assert f'id="id_{name}_error"' in page
    assert re.search(r"Kept\.</textarea>", page)
    assert 'value="nobody"' in page
    assert 'value="example.org"' in page
    assert " checked" in page


def test_errors_of_fields_nobody_sees_are_said(client, post, form):
    page = html(client.post("/posts/on-answering/comments/", form(token="stale")))
    assert "This form had grown stale" in page


def test_too_many_at_once_keeps_the_text(client, post, form):
    client.post("/posts/on-answering/comments/", form("One."))
    response = client.post("/posts/on-answering/comments/", form("Two."))
    assert response.status_code == 429
    assert "Too many comments at once" in html(response)
    assert "Two." in html(response)


def test_a_repeat_links_to_the_comment_that_is_here(client, post, form):
    first = client.post("/posts/on-answering/comments/", form("Once."))
    Submission.objects.update(created_at=timezone.now() - timedelta(minutes=1))
    response = client.post("/posts/on-answering/comments/", form("Once."))
    assert response.status_code == 409
    assert "We have this comment already" in html(response)
    assert f'href="{first.url}"' in html(response)


def test_a_form_from_elsewhere_is_shown_before_it_is_sent(client, post, form):
    headers = {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}
    response = client.post("/posts/on-answering/comments/", form("Mine?"), headers=headers)
    assert response.status_code == 403
    assert "Nothing was sent yet" in html(response)
    assert "Mine?" in html(response)


def test_the_reply_page_shows_what_is_answered(client, write):
    comment = write("A question?", name="Ann")
    page = html(client.get(f"/comments/{comment.pk}/reply/"))
    assert "A question?" in page
    assert "Your reply" in page
    assert f'name="parent" value="{comment.pk}"' in page


def test_the_honeypot_is_for_nobody(client, post):
    page = html(client.get("/posts/on-answering/"))
    assert re.search(r'<div class="subject" aria-hidden="true">.*tabindex="-1"', page)


def test_nothing_that_is_pasted_is_cut(client, post):
    page = html(client.get("/posts/on-answering/"))
    assert not re.search(r"<textarea[^>]*maxlength", page)


def test_the_notice_says_who_reads_the_comment(client, post, settings):
    page = html(client.get("/posts/on-answering/"))
    assert "A person reads every comment before it appears." in page
    settings.AKISMET_API_KEY = "valid-key"
    page = html(client.get("/posts/on-answering/"))
    assert "This site uses Akismet" in page
    assert "your IP address" in page
    assert 'href="https://akismet.com/privacy/"' in page
    assert "<details open>" in html(client.get("/privacy/"))


def test_the_privacy_page_says_how_long(client, db):
    assert "deleted after 15 days" in html(client.get("/privacy/"))


def test_a_purged_comment_leads_to_its_post(client, write):
    comment = write()
    moderation.purge(comment)
    response = client.get(f"/comments/{comment.pk}/")
    assert response.status_code == 410
    assert_valid(html(response))
    assert 'href="/posts/on-answering/#thread"' in html(response)


def test_nothing_here_offers_the_newest_posts(client, post):
    response = client.get("/nothing-here/")
    assert response.status_code == 404
    assert 'href="/posts/on-answering/"' in html(response)


def test_the_page_of_last_resort_needs_nothing():
    page = render_to_string("error.html", {"title": "Something <failed>", "text": "It is noted."})
    assert_valid(page)
    assert "Something &lt;failed&gt;" in page


def test_djangos_own_pages_bear_the_sites_name_and_a_heading(client, db):
    Site.objects.update_or_create(pk=Site.ONLY, defaults={"name": "Marginal"})
    page = html(client.get("/admin/login/"))
    assert ">Marginal</a>" in page
    assert "<h1>Sign in</h1>" in page
