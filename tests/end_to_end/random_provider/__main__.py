"""Serves the provider to Terraform: go-plugin's handshake on standard output, then gRPC on a socket."""

import base64
import os
import sys
import tempfile
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import grpc
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.end_to_end.random_provider.provider import REQUESTS, Provider
from tests.end_to_end.random_provider.wire import MESSAGES, message

# https://github.com/hashicorp/terraform/blob/main/internal/plugin/serve.go: a guard against starting it by hand.
COOKIE = ("TF_PLUGIN_MAGIC_COOKIE", "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2")


def main() -> None:
    if os.environ.get(COOKIE[0]) != COOKIE[1]:
        sys.exit("This is a Terraform provider for tests; Terraform starts it.")
    provider, ended = Provider(), threading.Event()

    def shut_down(request: Any) -> Any:
        ended.set()
        return message("Empty")

    calls = {name: _call(getattr(provider, name), request) for name, request in REQUESTS.items()}
    server = grpc.server(ThreadPoolExecutor(8))
    server.add_generic_rpc_handlers(
        (
            grpc.method_handlers_generic_handler("tfplugin6.Provider", calls),
            grpc.method_handlers_generic_handler("plugin.GRPCController", {"Shutdown": _call(shut_down, "Empty")}),
        )
    )
    # The folder is open to this user alone: the client's certificate is not checked, its P-521 key is unknown to
    # gRPC's TLS library.
    with tempfile.TemporaryDirectory() as folder:
        key, certificate = _certificate()
        pem = certificate.public_bytes(serialization.Encoding.PEM)
        server.add_secure_port(f"unix:{folder}/socket", grpc.ssl_server_credentials([(key, pem)]))
        server.start()
        der = base64.b64encode(certificate.public_bytes(serialization.Encoding.DER)).decode().rstrip("=")
        print(f"1|6|unix|{folder}/socket|grpc|{der}", flush=True)
        ended.wait()
        server.stop(grace=0.2).wait()


def _call(method: Callable[[Any], Any], request: str) -> grpc.RpcMethodHandler:
    return grpc.unary_unary_rpc_method_handler(
        lambda message, context: method(message), MESSAGES[request].FromString, lambda reply: reply.SerializeToString()
    )


def _certificate() -> tuple[bytes, x509.Certificate]:
    """A key and a certificate for this one run, as go-plugin's mutual TLS wants them."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return pem, certificate


if __name__ == "__main__":
    main()
