"""The running application's settings, and the market rules that follow from them."""

from flask import current_app

from config import Settings
from webapp.domain.market import MarketPolicy, Switches, policy


def current_settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings


# Per market, with the settings it was made from: a page asks for it a hundred times.
_policies: dict[str, tuple[Settings, MarketPolicy]] = {}


def market_policy(country: str) -> MarketPolicy:
    """What may be shown and asked in a market ("SG" or "KR") under this operator's switches."""
    settings = current_settings()
    made = _policies.get(country)
    if made is None or made[0] is not settings:
        made = _policies[country] = (settings, _market_policy(country, settings))
    return made[1]


def _market_policy(country: str, settings: Settings) -> MarketPolicy:
    return policy(
        country,
        Switches(
            unclaimed_sg=settings.unclaimed_sg,
            unclaimed_kr=settings.unclaimed_kr,
            brand_names_sg=settings.brand_names_sg,
            cross_clinic_prices_sg=settings.cross_clinic_prices_sg,
            foreign_enquiries_kr=settings.foreign_enquiries_kr,
            operator_registration_kr=settings.operator_registration_kr,
            distance_order=settings.distance_order,
        ),
    )
