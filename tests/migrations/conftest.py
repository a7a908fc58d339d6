"""The server, the secret store, and the two functions made from the archive that Terraform uploads."""

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer

from migrations import archive
from tests.migrations.function import Function
from tests.postgres import Server, postgres


def handler(function: str) -> str:
    """The handler that a stack configures for one of the two functions, as its snapshot holds it."""
    snapshot = json.loads((Path(__file__).parents[1] / "snapshots" / "payments-prod.json").read_text())
    functions = snapshot["resource"]["aws_lambda_function"]
    (configured,) = (it for id_, it in functions.items() if id_.startswith(f"Migration_{function}_"))
    return str(configured["handler"])


MIGRATE, ROTATE = handler("Migrate"), handler("Rotate")
AWS = {
    "AWS_REGION": "eu-west-1",
    "AWS_DEFAULT_REGION": "eu-west-1",
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_EC2_METADATA_DISABLED": "true",
}


FIGURES = pytest.StashKey[list[str]]()


@pytest.fixture
def figure(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Takes a sentence with a measured number; all of them are printed at the end of the run."""
    return request.config.stash.setdefault(FIGURES, []).append


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    if figures := config.stash.get(FIGURES, []):
        terminalreporter.section("measured on migrations")
        for sentence in figures:
            terminalreporter.write_line(sentence)


@pytest.fixture(scope="session")
def running_server(postgres_is_here: None) -> Iterator[Server]:
    with postgres() as server:
        yield server


@pytest.fixture
def server(running_server: Server) -> Server:
    """A server with one empty database and no roles but Aurora's own."""
    running_server.reset()
    return running_server


@pytest.fixture(scope="session")
def aws() -> Iterator[dict[str, str]]:
    """The environment of an emulated AWS, with Secrets Manager."""
    emulator = ThreadedMotoServer(port=0, verbose=False)
    emulator.start()
    host, port = emulator.get_host_and_port()
    yield {**AWS, "AWS_ENDPOINT_URL": f"http://{host}:{port}"}
    emulator.stop()


@pytest.fixture(scope="session")
def secrets(aws: dict[str, str]) -> Any:
    return boto3.client(
        "secretsmanager",
        endpoint_url=aws["AWS_ENDPOINT_URL"],
        region_name=aws["AWS_REGION"],
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )


@pytest.fixture
def secret_arn(server: Server, secrets: Any) -> str:
    return store_secret(secrets, server)


@pytest.fixture(scope="session")
def archive_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("archive") / "migrations.zip"
    archive.build(path)
    return path


@pytest.fixture(scope="session")
def deployed() -> Iterator[dict[str, list[Function]]]:
    """All functions by handler; importing boto3 takes half a second, so the tests share them one after the other."""
    functions: dict[str, list[Function]] = {}
    yield functions
    for function in (f for same_handler in functions.values() for f in same_handler):
        function.stop()


@pytest.fixture
def new_function(
    deployed: dict[str, list[Function]],
    server: Server,
    aws: dict[str, str],
    secret_arn: str,
    archive_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Callable[..., Function]:
    """Hands out functions made from the archive, each with a process and a folder of its own."""
    used: dict[str, int] = {}

    def deploy(handler: str = MIGRATE) -> Function:
        functions = deployed.setdefault(handler, [])
        if used.setdefault(handler, 0) == len(functions):
            functions.append(Function(archive_path, handler, tmp_path_factory.mktemp("function")))
        function = functions[used[handler]]
        used[handler] += 1
        function.deploy({**aws, **settings(server, secret_arn)})
        return function

    return deploy


@pytest.fixture
def function(new_function: Callable[..., Function]) -> Function:
    """The migration function."""
    return new_function()


@pytest.fixture
def connection(server: Server) -> Iterator[Any]:
    """A superuser's session in the database, to look at what a migration did."""
    session = server.connect_as_superuser()
    yield session
    session.close()


def settings(server: Server, secret_arn: str) -> dict[str, str]:
    """The function's environment variables, as Terraform sets them, and the test server's certificate."""
    return {
        "DATABASE_HOST": server.host,
        "DATABASE_PORT": str(server.port),
        "DATABASE_NAME": server.database,
        "MASTER_SECRET_ARN": secret_arn,
        "CONTRACT_ALLOWED": "none",
        "DATABASE_CA_FILE": str(server.ca_file),
    }


def store_secret(secrets: Any, server: Server) -> str:
    name = f"payments-test-{os.urandom(8).hex()}"
    arn: str = secrets.create_secret(Name=name, SecretString=json.dumps(server.secret()))["ARN"]
    return arn
