"""The certificates that the functions trust: Amazon's for RDS, of every region that the project may use."""

import hashlib
import re
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID

from migrations.connection import CA_BUNDLE

DOCUMENTATION = Path(__file__).parents[2] / "docs" / "migrations.md"
CERTIFICATES = x509.load_pem_x509_certificates(CA_BUNDLE.read_bytes())


def name(certificate: x509.Certificate) -> str:
    return str(certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value)


NAMES = [name(certificate) for certificate in CERTIFICATES]


@pytest.mark.parametrize("certificate", CERTIFICATES, ids=NAMES)
def test_each_is_an_authority_of_amazon_for_years(certificate: x509.Certificate) -> None:
    organization = certificate.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)[0].value
    assert organization == "Amazon Web Services, Inc."
    assert certificate.issuer == certificate.subject
    certificate.verify_directly_issued_by(certificate)
    assert certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    assert certificate.not_valid_after_utc > datetime.now(UTC) + timedelta(days=365)


@pytest.mark.parametrize(
    "region", ["eu-west-1", "eu-central-1", "eu-north-1", "us-east-1", "us-west-2", "ap-southeast-2"]
)
def test_rds_ca_rsa2048_g1_is_there(region: str) -> None:
    """The authority that the database names as its `ca_cert_identifier`."""
    assert f"Amazon RDS {region} Root CA RSA2048 G1" in NAMES


def test_python_loads_them_all() -> None:
    context = ssl.create_default_context(cafile=str(CA_BUNDLE))
    assert len(context.get_ca_certs()) == len(NAMES) == len(set(NAMES))


def test_the_documentation_tells_count_and_hash() -> None:
    text = DOCUMENTATION.read_text()
    assert re.search(rf"\b{len(NAMES)} certificates\b", text)
    assert hashlib.sha256(CA_BUNDLE.read_bytes()).hexdigest() in text
