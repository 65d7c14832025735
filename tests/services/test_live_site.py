"""The site as a test gets it: three real processes that can die one by one, and nothing left when it closes."""

import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest
import redis

from tests.services.live_site import LiveSite
from tests.services.server import accepts, wait_for


def _status(site: LiveSite, path: str) -> int:
    with urllib.request.urlopen(site.url + path, timeout=10) as reply:
        status: int = reply.status
        return status


def test_a_live_site_serves_seeded_data_and_survives_kills(live_site: LiveSite) -> None:
    assert _status(live_site, "/healthz") == 200
    # The clock rings the broker, and the worker answers: nothing piles up.
    wait_for(lambda: "beat" in live_site.beat.name and live_site.worker.running, 5, "all run")
    with redis.Redis.from_url(live_site.broker.client_url) as client:
        wait_for(lambda: bool(client.keys("*")), 15, "clock or worker have spoken to the broker")
    for server in live_site.processes:
        before = server.pid
        server.kill()
        assert server.pid == 0
        assert not Path(f"/proc/{before}").exists()
        server.start()
        assert server.pid not in (0, before)
    assert _status(live_site, "/healthz") == 200
    live_site.stop()
    assert not accepts(live_site.port)


def test_each_site_has_a_database_of_its_own(
    make_site: Callable[..., LiveSite], live_site: LiveSite, database_kind: str
) -> None:
    other = make_site(live_site.broker, live_site.mail)
    try:
        assert other.env["PORT"] != live_site.env["PORT"]
        if database_kind == "sqlite":
            assert other.env["DATABASE_URL"] == live_site.env["DATABASE_URL"] == ""
            assert other.instance_dir != live_site.instance_dir
        else:
            assert other.env["DATABASE_URL"].startswith("postgresql://")
            assert other.env["DATABASE_URL"] != live_site.env["DATABASE_URL"]
        # Seeded already: this adds nothing, and would fail on a database that was not migrated.
        assert "0 clinics and 0 offers added" in other.flask("seed", "--sample").stderr
    finally:
        other.close()
    assert not other.instance_dir.exists()


def test_a_broken_command_shows_its_output(live_site: LiveSite) -> None:
    with pytest.raises(AssertionError, match="No such command 'nonsense'"):
        live_site.flask("nonsense")


def test_a_shared_site_is_one(shared_site: LiveSite, request: pytest.FixtureRequest) -> None:
    assert request.getfixturevalue("shared_site") is shared_site
    with pytest.raises(urllib.error.HTTPError, match="404"):
        _status(shared_site, "/no-such-page")
