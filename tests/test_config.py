"""Settings: what a development machine may leave out, and what stops the start anywhere else."""

from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from config import ECB_DAILY, SettingsError, from_environment
from tests.services.server import SETTINGS

KEY = Fernet.generate_key().decode()
REAL = {
    "BASE_URL": "https://likeforlike.example",
    "SECRET_KEY": "x" * 32,
    "FIELD_KEYS": KEY,
    "MAIL_URL": "smtp://mail.example:587?starttls=1",
}


def test_development_needs_nothing_and_keeps_its_keys(tmp_path: Path) -> None:
    first, second = (from_environment({"INSTANCE_DIR": str(tmp_path)}) for _time in range(2))
    assert first == second
    assert first.is_development
    assert len(first.secret_key) >= 32
    assert first.mail_url.startswith("maildir://")
    assert (tmp_path / "secret_key").stat().st_mode & 0o077 == 0
    assert first.brand_names_sg is True
    assert first.fx_rates_url == ""


def test_every_name_that_is_read_is_one_that_no_test_inherits(tmp_path: Path) -> None:
    read = set()

    class Environment(dict[str, str]):
        def get(self, name: str, default: str = "") -> str:  # type: ignore[override]
            read.add(name)
            return super().get(name, default)

    from_environment(Environment(INSTANCE_DIR=str(tmp_path)))
    assert read == SETTINGS


def test_elsewhere_the_safe_values_stand(tmp_path: Path) -> None:
    settings = from_environment(REAL | {"INSTANCE_DIR": str(tmp_path)})
    assert not settings.is_development
    assert settings.uses_https
    assert (settings.unclaimed_sg, settings.unclaimed_kr) == ("strict", "strict")
    assert (settings.brand_names_sg, settings.foreign_enquiries_kr) == (False, False)
    assert settings.cross_clinic_prices_sg == "authorised"


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY"),
        ({"FIELD_KEYS": ""}, "FIELD_KEYS"),
        ({"FIELD_KEYS": "not a key"}, "FIELD_KEYS"),
        ({"HASH_KEY": "too short"}, "HASH_KEY"),
        ({"MAIL_URL": ""}, "MAIL_URL"),
        ({"MAIL_URL": "maildir:///tmp"}, "MAIL_URL"),
        ({"BASE_URL": "likeforlike.example"}, "BASE_URL"),
        ({"TRUSTED_PROXIES": "all"}, "TRUSTED_PROXIES"),
        ({"UNCLAIMED_SG": "maybe"}, "UNCLAIMED_SG"),
        ({"BRAND_NAMES_SG": "yes please"}, "BRAND_NAMES_SG"),
        ({"FOREIGN_ENQUIRIES_KR": "on"}, "OPERATOR_REGISTRATION_KR"),
        ({"PRICE_AGE_DAYS": "0"}, "PRICE_AGE_DAYS"),
        ({"REFRESH_DAYS": "1,32"}, "REFRESH_DAYS"),
        ({"REFRESH_DAYS": "first"}, "REFRESH_DAYS"),
        ({"REFRESH_AT_ONCE": "0"}, "REFRESH_AT_ONCE"),
        ({"FETCH_PORTS": "8080;8443"}, "FETCH_PORTS"),
        ({"FETCH_PORTS": "0"}, "FETCH_PORTS"),
        ({"FETCH_ALSO": "127.0.0.1:9000"}, "FETCH_ALSO"),
        ({"FETCH_ALSO": "localhost:9000"}, "FETCH_ALSO"),
        ({"FX_RATES_URL": "file:///etc/passwd"}, "FX_RATES_URL"),
    ],
)
def test_what_cannot_be_used_is_named(tmp_path: Path, change: dict[str, str], named: str) -> None:
    with pytest.raises(SettingsError, match=named):
        from_environment(REAL | change | {"INSTANCE_DIR": str(tmp_path)})


def test_the_bank_is_asked_for_rates_unless_the_operator_says_never(tmp_path: Path) -> None:
    real = REAL | {"INSTANCE_DIR": str(tmp_path)}
    assert from_environment(real).fx_rates_url == ECB_DAILY
    assert from_environment(real | {"FX_RATES_URL": ""}).fx_rates_url == ""
    at_home = {"INSTANCE_DIR": str(tmp_path), "FX_RATES_URL": "http://127.0.0.1:9000/daily.xml"}
    assert from_environment(at_home).fx_rates_url == "http://127.0.0.1:9000/daily.xml"


@pytest.mark.parametrize("host", ["http://127.0.0.1:9000", "http://localhost", "http://[::1]:8000"])
def test_loopback_is_development(tmp_path: Path, host: str) -> None:
    assert from_environment({"BASE_URL": host, "INSTANCE_DIR": str(tmp_path)}).is_development


def test_lists_of_days_ports_and_endpoints(tmp_path: Path) -> None:
    settings = from_environment(
        {
            "INSTANCE_DIR": str(tmp_path),
            "REFRESH_DAYS": "15, 1,1",
            "FETCH_PORTS": "8443,8080",
            "FETCH_ALSO": "127.0.0.1:9000, [::1]:9001",
        }
    )
    assert (settings.refresh_days, settings.fetch_ports) == ((1, 15), (8080, 8443))
    assert settings.fetch_also == (("127.0.0.1", 9000), ("::1", 9001))
    default = from_environment({"INSTANCE_DIR": str(tmp_path)})
    assert (default.refresh_days, default.refresh_every_days) == ((1, 2, 3), 30)
    assert (default.fetch_ports, default.fetch_also) == ((), ())


def test_secrets_are_not_in_the_representation(tmp_path: Path) -> None:
    shown = repr(from_environment(REAL | {"INSTANCE_DIR": str(tmp_path)}))
    assert "x" * 32 not in shown
    assert KEY not in shown


@pytest.mark.parametrize("spelling", ["postgres://u@h/d", "postgresql://u@h/d", "postgresql+psycopg://u@h/d"])
def test_every_spelling_of_postgresql_names_our_driver(tmp_path: Path, spelling: str) -> None:
    settings = from_environment({"INSTANCE_DIR": str(tmp_path), "DATABASE_URL": spelling})
    assert settings.database_url == "postgresql+psycopg://u@h/d"
