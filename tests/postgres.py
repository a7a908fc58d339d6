"""A throw-away PostgreSQL server set up the way Aurora's is: TLS on, a master user that is no superuser.

What differs from Aurora: an IAM login ends in Amazon's PAM module there. Here `pg_hba.conf` rejects every
member of `rds_iam` instead: a test can prove who must log in with a token, not that the token is checked.
"""

import os
import secrets
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pg8000.native
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

HOST = "localhost"
DATABASE = "payments"
MASTER_USER = "payments_master"
# The server refuses to run as root; 65534 is `nobody` on every Linux.
ORDINARY_USER = 65534

# Aurora's order: members of rds_iam by token (rejected here, see above), the others by password, always TLS.
HBA = """\
local   all all           trust
hostssl all +rds_iam all  reject
hostssl all all      all  scram-sha-256
"""
# From version 16 on only a member of rds_iam can grant it; Amazon exempts its master user, this server can't.
HBA_FROM_16 = HBA.replace("hostssl", f"hostssl all {MASTER_USER} all scram-sha-256\nhostssl", 1)
# Durability is off (the folder is thrown away); kill -9 of a *client* is not affected by it.
SETTINGS = """\
listen_addresses = '127.0.0.1'
ssl = on
ssl_cert_file = 'server.pem'
ssl_key_file = 'server.key'
fsync = off
full_page_writes = off
synchronous_commit = off
max_connections = 60
shared_buffers = 128MB
max_wal_size = 2GB
log_min_messages = warning
"""
# What Aurora has before the first client connects.
ROLES = f"""
CREATE ROLE rds_iam NOLOGIN;
CREATE ROLE rds_superuser NOLOGIN;
GRANT pg_monitor, pg_signal_backend TO rds_superuser;
CREATE ROLE {MASTER_USER} LOGIN CREATEROLE CREATEDB IN ROLE rds_superuser PASSWORD '{{password}}';
"""
KEPT = ["rds_iam", "rds_superuser", MASTER_USER]


class Missing(RuntimeError):
    """PostgreSQL is not on this machine; the message says how to install it."""


@dataclass(frozen=True)
class Server:
    """One running server and how to reach it; `password` is the master user's."""

    folder: Path
    port: int
    password: str
    binaries: Path
    host: str = HOST
    database: str = DATABASE
    user: str = MASTER_USER

    @property
    def ca_file(self) -> Path:
        return self.folder / "ca.pem"

    def connect(
        self, database: str = DATABASE, *, user: str = MASTER_USER, password: str = ""
    ) -> pg8000.native.Connection:
        """A verified TLS connection, as the master user unless told otherwise."""
        return pg8000.native.Connection(
            user,
            host=self.host,
            port=self.port,
            database=database,
            password=password or self.password,
            ssl_context=ssl.create_default_context(cafile=str(self.ca_file)),
        )

    def connect_as_superuser(self, database: str = DATABASE) -> pg8000.native.Connection:
        """What only Amazon can do on Aurora; for setting a test up and for looking behind the scenes."""
        return pg8000.native.Connection("rdsadmin", unix_sock=f"{self.folder}/.s.PGSQL.{self.port}", database=database)

    def create_database(self, name: str = DATABASE) -> None:
        """An empty database owned by the master user, as `database_name` of an Aurora cluster is."""
        admin = self.connect_as_superuser("postgres")
        admin.run(f"CREATE DATABASE {name} OWNER {MASTER_USER}")
        admin.close()

    def reset(self) -> None:
        """Back to one empty database: without tables, and without the roles that a migration made."""
        admin = self.connect_as_superuser("postgres")
        admin.run(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
        for (role,) in admin.run(
            "SELECT rolname FROM pg_roles WHERE oid >= 16384 AND rolname <> ALL (:kept)", kept=KEPT
        ):
            admin.run(f"DROP ROLE {role}")
        admin.run(f"ALTER ROLE {MASTER_USER} PASSWORD '{self.password}'")
        admin.close()
        self.create_database()

    def dump(self, database: str = DATABASE) -> str:
        """The schema as `pg_dump` writes it, less the lines that differ between two runs."""
        superuser = f"host={self.folder} port={self.port} user=rdsadmin dbname={database}"
        command = [executable("pg_dump"), "--schema-only", superuser]
        text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        return "\n".join(line for line in text.splitlines() if line and not line.startswith(("--", "\\")))

    def secret(self, **changes: Any) -> dict[str, Any]:
        """The master secret as Secrets Manager holds it for an RDS database."""
        known = {"engine": "postgres", "host": self.host, "port": self.port, "dbname": self.database}
        return {**known, "username": self.user, "password": self.password, **changes}

    def stop(self) -> None:
        """Ends the server at once; its folder stays."""
        pid = int((self.folder / "data" / "postmaster.pid").read_text().split()[0])
        os.kill(pid, signal.SIGQUIT)
        _pg_ctl(self.binaries, self.folder, "stop", "-m", "immediate", check=False)


def start_postgres(folder: Path) -> Server:
    """Starts a server whose data, keys and socket are in `folder`, with one empty database `payments`.

    Every parent of the folder must be open to ordinary users: those of `tempfile.mkdtemp()` are, pytest's
    `tmp_path` is not. Raises Missing when PostgreSQL is, and RuntimeError with the server's own words.
    """
    binaries = Path(executable("initdb")).resolve().parent
    folder.mkdir(parents=True, exist_ok=True)
    data = folder / "data"
    server = Server(folder, _free_port(), secrets.token_urlsafe(24), binaries)
    if os.geteuid() == 0:
        os.chown(folder, ORDINARY_USER, ORDINARY_USER)
    folder.chmod(0o700)
    options = ("--username=rdsadmin", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync")
    _run([binaries / "initdb", f"--pgdata={data}", *options], folder)
    _write_certificates(folder, data)
    with (data / "postgresql.conf").open("a") as settings:
        settings.write(f"{SETTINGS}port = {server.port}\nunix_socket_directories = '{folder}'\n")
    (data / "pg_hba.conf").write_text(HBA_FROM_16 if _major_version(data) >= 16 else HBA)
    _pg_ctl(binaries, folder, "start", "-l", str(folder / "server.log"), "-t", "60")
    admin = server.connect_as_superuser("postgres")
    admin.run(ROLES.format(password=server.password))
    if _major_version(data) >= 16:
        admin.run(f"GRANT rds_iam TO {MASTER_USER} WITH ADMIN OPTION")
    admin.close()
    server.create_database()
    return server


@contextmanager
def postgres() -> Iterator[Server]:
    """A server in a folder of its own, gone at the end of the block."""
    folder = Path(tempfile.mkdtemp(prefix="postgres-", dir=_fastest_folder()))
    try:
        server = start_postgres(folder)
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _fastest_folder() -> str:
    """Memory if there is room: a new database takes 0.03 s there and 0.35 s on the disk of a CI machine."""
    memory = Path("/dev/shm")
    roomy = memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > 4 << 30
    return str(memory) if roomy else tempfile.gettempdir()


def executable(name: str) -> str:
    """One of PostgreSQL's programs: in POSTGRES_BIN, on PATH, or where Debian keeps them (newest first)."""
    folders = [os.environ.get("POSTGRES_BIN", ""), os.environ.get("PATH", "")]
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: -int(path.parent.name))
    found = shutil.which(name, path=os.pathsep.join([*filter(None, folders), *map(str, debian)]))
    if found is None:
        raise Missing(f"{name} is missing: install PostgreSQL (Debian: apt-get install postgresql) or set POSTGRES_BIN")
    return found


def _major_version(data: Path) -> int:
    return int((data / "PG_VERSION").read_text())


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


def _pg_ctl(binaries: Path, folder: Path, *arguments: str, check: bool = True) -> None:
    _run([binaries / "pg_ctl", "-D", folder / "data", *arguments, "-w", "-s"], folder, check=check)


def _run(command: list[Any], folder: Path, *, check: bool = True) -> None:
    user = ORDINARY_USER if os.geteuid() == 0 else None
    group: dict[str, Any] = {"group": ORDINARY_USER, "extra_groups": []} if user else {}
    # Output into a file: the server would hold a pipe open, and reading it would last as long as the server.
    output = folder / "command.log"
    with output.open("w") as sink:
        done = subprocess.run(
            command, user=user, cwd=folder, stdout=sink, stderr=sink, stdin=subprocess.DEVNULL, **group
        )
    if check and done.returncode:
        log = folder / "server.log"
        raise RuntimeError(f"{command[0]} failed: {output.read_text()}{log.read_text() if log.exists() else ''}")


def _write_certificates(folder: Path, data: Path) -> None:
    """A certificate authority of this server's own, and a certificate for `localhost` that it signed."""
    ca_key, server_key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    authority = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test authority")])
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    ca = _certificate(authority, authority, ca_key, ca_key, x509.BasicConstraints(ca=True, path_length=0))
    certificate = _certificate(
        subject, authority, server_key, ca_key, x509.SubjectAlternativeName([x509.DNSName(HOST)])
    )
    pem = serialization.Encoding.PEM
    (folder / "ca.pem").write_bytes(ca.public_bytes(pem))
    (data / "server.pem").write_bytes(certificate.public_bytes(pem))
    key_file = data / "server.key"
    key_file.touch(mode=0o600)
    if os.geteuid() == 0:
        os.chown(key_file, ORDINARY_USER, ORDINARY_USER)
    plain = serialization.NoEncryption()
    key_file.write_bytes(server_key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain))


def _certificate(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    issuer_key: ec.EllipticCurvePrivateKey,
    extension: x509.ExtensionType,
) -> x509.Certificate:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(extension, critical=isinstance(extension, x509.BasicConstraints))
        .sign(issuer_key, hashes.SHA256())
    )
