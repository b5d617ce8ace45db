from ipaddress import ip_address, ip_network

import pytest

from comments import address

PROXY = [ip_network("10.0.0.0/8")]


def resolve(peer, forwarded="", trusted=()):
    answer = address.resolve(peer, forwarded, trusted)
    return answer and str(answer)


def test_a_reader_without_a_proxy_is_the_peer():
    assert resolve("198.51.100.7") == "198.51.100.7"


def test_a_public_peer_cannot_claim_another_address():
    assert resolve("198.51.100.7", "203.0.113.9") == "198.51.100.7"


def test_a_peer_outside_the_trusted_networks_cannot_claim_another_address():
    assert resolve("192.168.0.9", "203.0.113.9", PROXY) == "192.168.0.9"


@pytest.mark.parametrize("peer", ["172.18.0.3", "127.0.0.1", "::1", "fd00::3", "::ffff:10.0.0.1"])
def test_an_unknown_proxy_hides_the_reader(peer):
    assert resolve(peer, "203.0.113.9") is None
    assert address.is_hidden(peer, "203.0.113.9", [])


def test_a_private_peer_without_the_header_is_a_reader_at_home():
    assert resolve("192.168.0.9") == "192.168.0.9"
    assert resolve("192.168.0.9", "  ") == "192.168.0.9"
    assert not address.is_hidden("192.168.0.9", "", [])


def test_a_known_proxy_hides_nobody():
    assert not address.is_hidden("10.0.0.1", "203.0.113.9", PROXY)


def test_a_trusted_proxy_names_the_reader():
    assert resolve("10.0.0.1", "203.0.113.9", PROXY) == "203.0.113.9"


def test_what_the_reader_wrote_into_the_header_is_not_believed():
    assert resolve("10.0.0.1", "1.1.1.1, 203.0.113.9", PROXY) == "203.0.113.9"


def test_further_trusted_proxies_are_passed_over():
    assert resolve("10.0.0.1", "1.1.1.1, 203.0.113.9, 10.0.0.3,10.0.0.2", PROXY) == "203.0.113.9"


def test_a_chain_of_proxies_alone_answers_with_the_furthest():
    assert resolve("10.0.0.1", "10.0.0.3, 10.0.0.2", PROXY) == "10.0.0.3"


def test_a_proxy_that_asks_for_itself_is_the_peer():
    assert resolve("10.0.0.1", "", PROXY) == "10.0.0.1"


@pytest.mark.parametrize(
    "entry", ["unknown", "", "_hidden", "1.2.3", "1.2.3.4:x", "[::1", "::", "1.2.3.4 5"]
)
def test_a_reader_behind_nonsense_is_unknown(entry):
    assert resolve("10.0.0.1", f"203.0.113.9, {entry}, 10.0.0.2", PROXY) is None


def test_nonsense_left_of_the_reader_does_not_matter():
    assert resolve("10.0.0.1", "<script>, 203.0.113.9", PROXY) == "203.0.113.9"


@pytest.mark.parametrize("peer", ["", "unix:", "testserver"])
def test_a_peer_that_is_no_address_is_unknown(peer):
    assert resolve(peer, "203.0.113.9", PROXY) is None


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ("203.0.113.9:5678", "203.0.113.9"),
        ("[2001:db8::1]:443", "2001:db8::1"),
        ("[2001:db8::1]", "2001:db8::1"),
        ("2001:db8::1%eth0", "2001:db8::1"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("[::ffff:203.0.113.9]:80", "203.0.113.9"),
    ],
)
def test_an_address_is_read_in_every_spelling(entry, expected):
    assert resolve("::ffff:10.0.0.1", entry, PROXY) == expected


def test_a_mapped_address_of_a_proxy_is_still_the_proxy():
    assert resolve("10.0.0.1", "203.0.113.9, ::ffff:10.0.0.2", PROXY) == "203.0.113.9"


def test_an_ipv6_proxy_can_be_trusted():
    assert resolve("fd00::1", "2001:db8::1", [ip_network("fd00::/8")]) == "2001:db8::1"


def test_an_endless_header_is_read_from_its_right_end():
    assert resolve("10.0.0.1", "1.1.1.1, " * 100_000 + "203.0.113.9", PROXY) == "203.0.113.9"


def test_what_lies_too_far_left_is_not_read():
    assert resolve("10.0.0.1", "203.0.113.9" + ", 10.0.0.2" * 60, PROXY) == "10.0.0.2"


def test_an_entry_too_long_to_be_an_address_is_none():
    assert resolve("10.0.0.1", "9" + " " * 600 + "203.0.113.9", PROXY) is None


def test_a_header_is_cut_between_its_entries():
    cut = address.trim("198.51.100.77, " + ", ".join(["10.0.0.2"] * 49))
    assert len(cut) <= address.HEADER_MOST
    assert {entry.strip() for entry in cut.split(",")} == {"10.0.0.2"}


def test_a_cut_header_is_cut_no_further():
    cut = address.trim("1.1.1.1, " * 100)
    assert address.trim(cut) == cut


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
    ],
)
def test_a_sender_is_an_ipv4_address_or_an_ipv6_household(text, expected):
    assert address.network(ip_address(text)) == expected


def test_an_unknown_address_has_no_network():
    assert address.network(None) == ""
