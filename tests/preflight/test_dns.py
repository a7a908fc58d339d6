"""The lookup itself, against a name server on the loopback."""

import contextlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight import dns
from preflight.dns import NoAnswer, Resolver
from tests.preflight.dns_server import DnsServer


def test_name_servers(dns: DnsServer) -> None:
    dns.delegate("example.com", ["NS-1.awsdns-00.com", "ns-2.awsdns-01.org"])
    assert Resolver(dns.address).name_servers("example.com.") == {"ns-1.awsdns-00.com", "ns-2.awsdns-01.org"}
    assert Resolver(dns.address).name_servers("example.org") == set()


def test_caa(dns: DnsServer) -> None:
    dns.allow("example.com", "amazon.com")
    assert Resolver(dns.address).caa("example.com") == [("issue", "amazon.com")]
    assert Resolver(dns.address).caa("example.org") == []


def test_a_server_that_fails(dns: DnsServer) -> None:
    dns.code = 2
    with pytest.raises(NoAnswer, match=r"the resolver answers example\.com with code 2"):
        Resolver(dns.address).name_servers("example.com")


def test_a_server_that_keeps_silent(dns: DnsServer) -> None:
    dns.deaf = True
    with pytest.raises(NoAnswer, match=r"the DNS resolver 127\.0\.0\.1 does not answer: timed out"):
        Resolver(dns.address, timeout=0.05).name_servers("example.com")


def test_the_machine_names_no_resolver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dns, "RESOLV_CONF", tmp_path / "resolv.conf")
    with pytest.raises(NoAnswer, match=r"resolv\.conf names no DNS resolver"):
        Resolver().name_servers("example.com")
    (tmp_path / "resolv.conf").write_text("search corp\nnameserver 127.0.0.9 # here\n")
    assert dns.system_resolver() == ("127.0.0.9", 53)


@given(st.binary(max_size=80))
def test_any_answer_is_read_or_refused(answer: bytes) -> None:
    """A broken or hostile server ends in NoAnswer, never in a crash or a loop."""

    class Told(Resolver):
        def _ask(self, query: bytes) -> bytes:
            return query[:2] + answer

    for look_up in (Told().name_servers, Told().caa):
        with contextlib.suppress(NoAnswer):
            look_up("example.com")
