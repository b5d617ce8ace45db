import json
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest

from tests.standin import StandIn

KEY = {"api_key": "valid-key", "blog": "http://localhost", "user_ip": "203.0.113.9"}
THANKS = "Thanks for making the web a better place."


@pytest.fixture
def standin():
    with StandIn() as server:
        yield server


def get(server, path):
    with urlopen(server.url + path, timeout=5) as response:  # noqa: S310 - the URL is ours
        return response.read().decode()


def post(server, path, data):
    text = data if isinstance(data, str) else urlencode(data)
    request = Request(server.url + path, text.encode())  # noqa: S310 - the URL is ours
    with urlopen(request, timeout=5) as response:  # noqa: S310 - the URL is ours
        return response.read().decode()


@pytest.mark.parametrize(
    ("endpoint", "form", "answer"),
    [
        ("verify-key", {"key": "valid-key", "blog": "http://localhost"}, "valid"),
        ("verify-key", {"key": "invalid", "blog": "http://localhost"}, "invalid"),
        ("verify-key", {"key": "valid-key"}, "Missing required field: blog."),
        ("comment-check", KEY, "false"),
        ("comment-check", KEY | {"api_key": "invalid"}, "invalid"),
        ("comment-check", KEY | {"user_ip": ""}, "Missing required field: user_ip."),
        ("comment-check", KEY | {"comment_author": "akismet-guaranteed-spam"}, "true"),
        ("comment-check", KEY | {"comment_content": "such spamspam"}, "true"),
        (
            "comment-check",
            KEY | {"comment_content": "spamspam", "user_role": "administrator"},
            "false",
        ),
        ("submit-spam", KEY, THANKS),
        ("submit-ham", KEY, THANKS),
    ],
)
def test_the_endpoints_answer_as_akismet_does(standin, endpoint, form, answer):
    assert post(standin, f"/1.1/{endpoint}", form) == answer


def test_usage_is_told(standin):
    assert json.loads(get(standin, "/1.2/usage-limit?api_key=valid-key"))["limit"] == 1000


def test_a_fault_comes_once_or_until_cleared(standin):
    standin.always("spam")
    standin.next("empty")
    answers = [post(standin, "/1.1/comment-check", KEY) for _ in range(3)]
    standin.clear()
    assert [*answers, post(standin, "/1.1/comment-check", KEY)] == ["", "true", "true", "false"]


def test_another_process_can_set_faults_and_read_requests(standin):
    assert post(standin, "/_fault", '{"name": "spam", "standing": true}') == "set"
    assert post(standin, "/1.1/comment-check", KEY) == "true"
    post(standin, "/_clear", "")
    assert post(standin, "/1.1/comment-check", KEY) == "false"
    assert [request["form"] for request in json.loads(get(standin, "/_requests"))] == [KEY, KEY]


def test_an_unknown_fault_is_refused(standin):
    with pytest.raises(ValueError, match="No fault is called nonsense"):
        standin.next("nonsense")
