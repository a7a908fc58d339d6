"""Makes a password that RDS takes, and the verifier that PostgreSQL keeps of it."""

import base64
import hashlib
import hmac
import secrets
import string

LENGTH = 32
# RDS refuses / @ " and the space; the rest of what is missing would have to be escaped in JSON or a shell.
KINDS = (string.ascii_lowercase, string.ascii_uppercase, string.digits, "!#$%&*()-_=+[]{}<>:?")
ITERATIONS = 4096


def make() -> str:
    """32 characters with at least two of each kind."""
    while True:
        password = "".join(secrets.choice("".join(KINDS)) for _ in range(LENGTH))
        if all(sum(character in kind for character in password) >= 2 for kind in KINDS):
            return password


def verifier(password: str) -> str:
    """What `ALTER ROLE ... PASSWORD` stores as it is (RFC 5803), so that no log of statements can hold the password."""
    salt = secrets.token_bytes(16)
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, ITERATIONS)
    stored_key = hashlib.sha256(_hmac(salted, b"Client Key")).digest()
    server_key = _hmac(salted, b"Server Key")
    return f"SCRAM-SHA-256${ITERATIONS}:{_base64(salt)}${_base64(stored_key)}:{_base64(server_key)}"


def _hmac(key: bytes, message: bytes) -> bytes:
    return hmac.new(key, message, hashlib.sha256).digest()


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()
