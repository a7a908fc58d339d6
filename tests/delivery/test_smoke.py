"""The health check against real servers with real certificates."""

import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from delivery import smoke
from delivery.errors import BadInput, Refused


def certificate(folder: Path, host: str = "127.0.0.1", age: int = 0) -> Path:
    """A self-signed certificate and its key in one file; `age` in days."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    begin = datetime.now(UTC) - timedelta(days=age + 1)
    host_name = x509.IPAddress(ip_address(host)) if host[0].isdigit() else x509.DNSName(host)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(begin).not_valid_after(begin + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([host_name]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True).sign(key, hashes.SHA256())
    )  # fmt: skip
    pem = serialization.Encoding.PEM
    path = folder / "server.pem"
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(private + made.public_bytes(pem))
    return path


class Server:
    """An HTTPS server whose answers come one after the other, the last one for ever."""

    def __init__(self, certificate: Path, *statuses: int) -> None:
        answers, asked = list(statuses), []

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                asked.append(self.path)
                status = answers.pop(0) if len(answers) > 1 else answers[0]
                self.send_response(status)
                if status == 302:
                    self.send_header("Location", "/login")
                self.end_headers()

            def log_message(self, *arguments: object) -> None:
                pass

        self.asked = asked
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        self.url = f"https://127.0.0.1:{self._server.server_port}/health"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def trusted(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A certificate for 127.0.0.1 that this process trusts."""
    path = certificate(tmp_path_factory.mktemp("tls"))
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    return path


@pytest.fixture
def servers() -> Iterator[list[Server]]:
    started: list[Server] = []
    yield started
    for server in started:
        server.close()


def check(server: Server, timeout: float = 5.0) -> list[str]:
    said: list[str] = []
    smoke.check(server.url, timeout=timeout, interval=0.01, say=said.append)
    return said


def test_three_good_answers(trusted: Path, servers: list[Server]) -> None:
    servers.append(Server(trusted, 200))
    assert check(servers[0]) == [f"{servers[0].url}: 200"]
    assert servers[0].asked == ["/health"] * 3


def test_starts_late(trusted: Path, servers: list[Server]) -> None:
    servers.append(Server(trusted, 503, 503, 200, 502, 200))
    assert [line.rpartition(": ")[2] for line in check(servers[0])] == [
        "503 Service Unavailable", "200", "502 Bad Gateway", "200",
    ]  # fmt: skip
    assert len(servers[0].asked) == 7  # the count begins again after the 502


@pytest.mark.parametrize(("status", "answer"), [(503, "503 Service Unavailable"), (404, "404 Not Found"), (204, "204")])
def test_never_healthy(trusted: Path, servers: list[Server], status: int, answer: str) -> None:
    servers.append(Server(trusted, status))
    with pytest.raises(Refused, match=f"not healthy within 0 s, last answer: {answer}"):
        check(servers[0], timeout=0.1)


def test_a_login_page_is_not_health(trusted: Path, servers: list[Server]) -> None:
    servers.append(Server(trusted, 302, 200, 200, 200))
    check(servers[0])
    assert "/login" not in servers[0].asked


def test_nobody_vouches_for_the_certificate(tmp_path_factory: pytest.TempPathFactory, servers: list[Server]) -> None:
    servers.append(Server(certificate(tmp_path_factory.mktemp("tls")), 200))
    with pytest.raises(Refused, match="certificate verify failed"):
        check(servers[0], timeout=0.05)
    assert servers[0].asked == []


@pytest.mark.parametrize(
    ("host", "age", "why"), [("payments.example.com", 0, "not valid for '127.0.0.1'"), ("127.0.0.1", 5, "expired")]
)
def test_wrong_certificates(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch, servers: list[Server],
    host: str, age: int, why: str,
) -> None:  # fmt: skip
    path = certificate(tmp_path_factory.mktemp("tls"), host, age)
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    servers.append(Server(path, 200))
    with pytest.raises(Refused, match=why):
        check(servers[0], timeout=0.05)


def test_nobody_answers() -> None:
    with pytest.raises(Refused, match="refused"):
        smoke.check("https://127.0.0.1:9/health", timeout=0.05, interval=0.01, say=lambda line: None)


def test_plain_http_is_no_test() -> None:
    with pytest.raises(BadInput, match="https:// addresses only"):
        smoke.check("http://127.0.0.1/health")
