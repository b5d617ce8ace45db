"""Many people behind one address: what a flooder can do to the others, and what not."""

from datetime import timedelta
from ipaddress import ip_network

import pytest
from django.db import connection
from django.utils import timezone

from comments import limits, tokens, work, writer
from comments.forms import CommentForm
from comments.models import Comment, Submission

pytestmark = pytest.mark.django_db

POST = "/posts/on-answering/comments/"
OFFICE = "203.0.113.7"
ELSEWHERE = "203.0.113.8"
HOME = "2001:db8:1:1::7"  # in the /64 2001:db8:1:1::, in the /48 2001:db8:1::


@pytest.fixture
def send(client, post, form):
    """Somebody new writes from an address."""

    def send(name, address=OFFICE, body="", **fields):
        sent = form(body or f"By {name}", author_name=name, **fields)
        return client.post(POST, sent, REMOTE_ADDR=address)

    return send


@pytest.fixture
def came(post, rf, form):
    """Rows as `count` comments from an address leave them, that old."""

    def came(count, address=OFFICE, ago=timedelta(0)):
        at = timezone.now() - ago
        rows = [Comment(post=post, author_name="Cy", status_at=at, depth=0) for _ in range(count)]
        rows = Comment.objects.bulk_create(rows)
        like = submission(address, rf, form, post)
        values = {"network": like.network, "wider": like.wider, "created_at": at}
        Submission.objects.bulk_create(
            Submission(comment=row, key=f"{row.pk}", person=f"{row.pk}", **values) for row in rows
        )

    return came


def submission(address, rf, form, post, **fields):
    request = rf.post(POST, REMOTE_ADDR=address)
    request.user = type("Nobody", (), {"is_active": False})
    filled = CommentForm(form(**fields), post=post)
    assert filled.is_valid()
    return writer.write(request, filled)[1]


def test_a_flooder_leaves_room_for_one_until_thirty_have_come(send, came):
    came(29)
    assert send("Ann").status_code == 303
    assert send("Bo").status_code == 429


def test_the_others_wait_until_the_first_of_thirty_is_five_minutes_old(send, came):
    came(1, ago=timedelta(minutes=4))
    came(29, ago=timedelta(minutes=1))
    assert 55 <= int(send("Ann").headers["Retry-After"]) <= 60


def test_a_refusal_keeps_the_text_and_says_how_long(send, came):
    came(30)
    response = send("Ann", body="My long text")
    page = response.content.decode()
    assert response.status_code == 429
    assert "My long text" in page
    assert "wait 5 minutes, then send it again" in page


def test_hammering_keeps_nobody_out_for_longer(send, came):
    came(30)
    for n in range(40):
        send(f"N{n}")
    Submission.objects.update(created_at=timezone.now() - limits.FIVE_MINUTES)
    assert send("Ann").status_code == 303


@pytest.mark.parametrize(("ago", "status"), [(59, 429), (61, 303)])
def test_two_hundred_in_an_hour_are_the_most_from_an_address(send, came, ago, status):
    came(200, ago=timedelta(minutes=ago))
    assert send("Ann").status_code == status


def test_of_the_two_limits_the_longer_wait_is_told(send, came):
    came(170, ago=timedelta(minutes=40))
    came(30)
    assert 1195 <= int(send("Ann").headers["Retry-After"]) <= 1200


def test_another_address_is_not_touched(send, came):
    came(200)
    assert send("Ann", ELSEWHERE).status_code == 303


def test_an_ipv6_household_is_one_address(send, came):
    came(30, HOME)
    assert send("Ann", "2001:db8:1:1:ffff::1").status_code == 429
    assert send("Bo", "2001:db8:1:2::1").status_code == 303


@pytest.mark.parametrize(
    ("count", "ago", "address", "status"),
    [
        (299, 1, "2001:db8:1:ffff::1", 303),
        (300, 1, "2001:db8:1:ffff::1", 429),
        (300, 6, "2001:db8:1:ffff::1", 303),
        (2000, 6, "2001:db8:1:ffff::1", 429),
        (2000, 1, "2001:db8:2::1", 303),
    ],
)
def test_a_48_with_its_many_64s_has_ten_times_as_much(send, came, count, ago, address, status):
    for n in range(0, count, 25):
        came(min(25, count - n), f"2001:db8:1:{n:x}::1", timedelta(minutes=ago))
    assert send("Ann", address).status_code == status


def test_an_ipv4_address_written_as_ipv6_is_that_address(send, came):
    came(30)
    assert send("Ann", f"::ffff:{OFFICE}").status_code == 429
    assert send("Bo", f"::ffff:{ELSEWHERE}").status_code == 303


def test_an_ipv4_address_has_no_wider_limit(send, came):
    for n in range(12):
        came(25, f"203.0.113.{n + 100}")
    assert send("Ann").status_code == 303


@pytest.mark.parametrize("path", ["/", "/posts/on-answering/", "/posts/on-answering/feed/"])
def test_readers_are_never_refused(client, send, came, path):
    came(300)
    assert send("Ann").status_code == 429
    assert client.get(path, REMOTE_ADDR=OFFICE).status_code == 200


def test_who_hides_behind_a_proxy_of_ours_is_nobody_in_particular(send, came, client, form):
    came(200)
    Submission.objects.update(network="", wider="")
    hidden = {"REMOTE_ADDR": "10.0.0.1", "HTTP_X_FORWARDED_FOR": OFFICE}
    assert client.post(POST, form(), **hidden).status_code == 303


def test_an_address_that_became_known_later_counts(send, came, settings, client, form):
    hidden = {"REMOTE_ADDR": "10.0.0.1", "HTTP_X_FORWARDED_FOR": HOME}
    client.post(POST, form(), **hidden)
    settings.TRUSTED_PROXIES = [ip_network("10.0.0.0/8")]
    work.run_once()
    row = Submission.objects.get()
    assert (row.network, row.wider) == ("2001:db8:1:1::/64", "2001:db8:1::/48")


@pytest.mark.parametrize(
    ("name", "email", "address", "status"),
    [
        ("Bo", "bo@example.net", ELSEWHERE, 429),
        ("bO", "Bo@Example.net", ELSEWHERE, 429),
        ("Ann", "bo@example.net", OFFICE, 303),
        ("Bo", "", OFFICE, 303),
    ],
)
def test_a_person_is_a_name_with_an_address_of_e_mail(send, name, email, address, status):
    send("Bo", author_email="bo@example.net")
    assert send(name, address, "Other words", author_email=email).status_code == status


@pytest.mark.parametrize(("address", "status"), [(OFFICE, 429), (ELSEWHERE, 303)])
def test_a_name_alone_is_a_person_only_at_one_address(send, address, status):
    send("Bo")
    assert send("Bo", address, "Other words").status_code == status


def test_a_clock_that_was_set_back_closes_nothing(send, came):
    came(300, ago=-timedelta(hours=1))
    assert send("Ann").status_code == 303


def test_a_moderator_may_answer_all_at_once(send, came, client, alma):
    client.force_login(alma)
    came(300)
    sent = {"body": "x", "token": tokens.issue(0)}
    assert client.post(POST, sent, REMOTE_ADDR=OFFICE).status_code == 303


def test_limits_read_no_more_than_their_own_rows_of_many(
    came, rf, form, post, django_assert_num_queries
):
    for n in range(20):
        came(250, f"198.51.100.{n}", timedelta(minutes=2))
    came(250, HOME)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    mine = submission(HOME, rf, form, post)
    with django_assert_num_queries(5):
        limits.wait(mine)
    for column, index in (("network", "flood"), ("wider", "wider"), ("person", "person")):
        rows = limits._lately(mine, timezone.now(), column, limits.HOUR)
        plan = rows[199:200].explain()
        assert f"submission_{index}" in plan
        assert "SCAN" not in plan.replace("Seq Scan", "SCAN")
