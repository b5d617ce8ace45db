import pytest

from comments import tokens
from comments.models import Comment


def test_a_token_says_when_its_form_was_rendered():
    assert tokens.issued_at(tokens.issue(at=1_700_000_000.7)) == 1_700_000_000


@pytest.mark.parametrize("forged", ["", "x", "x:y:z", "\x00", "é" * 50, "W10:1:2"])
def test_a_forged_token_is_not_ours(forged):
    assert tokens.issued_at(forged) is None


def test_the_same_form_with_other_words_has_another_key():
    assert tokens.submission_key("t", "a", "b") != tokens.submission_key("t", "ab", "")


def test_a_status_link_opens_one_comment_only():
    signature = tokens.status_signature(Comment(pk=1))
    assert tokens.signs_status(1, signature)
    assert not tokens.signs_status(2, signature)
    assert not tokens.signs_status(1, "é")
