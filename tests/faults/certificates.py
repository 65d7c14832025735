"""Certificates for mail servers on loopback: a good one and two that nobody may trust."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.services.server import HOST


@dataclass(frozen=True, slots=True)
class Certificates:
    """Files (PEM). `authority` goes into SSL_CERT_FILE; the others hold a certificate and its key."""

    authority: Path
    good: Path
    expired: Path
    self_signed: Path


def make_certificates(folder: Path) -> Certificates:
    """A new authority, a good and an expired certificate that it signed, and one that signed itself."""
    authority_key, authority_name = (
        ec.generate_private_key(ec.SECP256R1()),
        _name("Authority of the fault runs"),
    )
    authority = _signed(
        authority_name, authority_key, authority_name, authority_key, days=2, is_authority=True
    )
    paths = {name: folder / f"{name}.pem" for name in ("authority", "good", "expired", "self_signed")}
    paths["authority"].write_bytes(authority.public_bytes(serialization.Encoding.PEM))
    for name, days in (("good", 2), ("expired", -1), ("self_signed", 2)):
        key = ec.generate_private_key(ec.SECP256R1())
        if name == "self_signed":
            certificate = _signed(_name(HOST), key, _name(HOST), key, days=days)
        else:
            certificate = _signed(_name(HOST), key, authority_name, authority_key, days=days)
        paths[name].write_bytes(
            certificate.public_bytes(serialization.Encoding.PEM)
            + key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
    return Certificates(**paths)


def _name(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _signed(
    subject: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    issuer: x509.Name,
    issuer_key: ec.EllipticCurvePrivateKey,
    *,
    days: int,
    is_authority: bool = False,
) -> x509.Certificate:
    """Valid from ten days ago until so many days from now."""
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=10))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
    )
    if not is_authority:
        address = x509.SubjectAlternativeName([x509.IPAddress(ip_address(HOST))])
        builder = builder.add_extension(address, critical=False)
    return builder.sign(issuer_key, hashes.SHA256())
