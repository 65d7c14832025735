"""The staff room's pages, a module per queue."""

from webapp.staff.blueprint import blueprint
from webapp.staff.views import claims, clinics, log, mail, places, prices_kept, proposals, texts

__all__ = ["blueprint", "claims", "clinics", "log", "mail", "places", "prices_kept", "proposals", "texts"]
