"""The sample data, read once: every page in three languages under both settings of the switches."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest
from flask import Flask

from tests import factories
from tests.market_rules.addresses import addresses
from tests.market_rules.reader import Reading
from tests.market_rules.site import SWITCHES, Site, read, sample_site


@dataclass(frozen=True)
class Crawl:
    site: Site
    readings: Sequence[Reading] = field(repr=False)


@pytest.fixture(scope="session")
def crawl(app: Flask) -> Crawl:
    with sample_site(app, factories.NOW) as site:
        wanted = list(addresses(app, list(site.clinics), site.treatments))
        return Crawl(site, [each for switches in SWITCHES for each in read(app, switches, wanted)])
