"""Words for what a run reports. The codes are stored; a reader sees these."""

from collections.abc import Mapping

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from webapp.refresh.models import RefreshRun

KINDS: Mapping[str, str] = {"feed": _l("Price feed"), "page": _l("Web page")}
STATES: Mapping[str, str] = {
    "queued": _l("Waiting for its turn"),
    "running": _l("Under way"),
    "done": _l("Done"),
    "failed": _l("Not read"),
}
STEPS: Mapping[str, str] = {
    "waiting": _l("Waiting for its turn"),
    "fetching": _l("Asking your site"),
    "comparing": _l("Comparing with your listing"),
    "over": _l("Over"),
}
# Every code that a run may end with, and what a clinic can do about it.
CODES: Mapping[str, str] = {
    "not_modified": _l("Nothing has changed there since the last check."),
    # The way there
    "bad_url": _l("This is not a web address that we can read. Copy it again from your browser."),
    "bad_scheme": _l("The address must begin with https:// or http://."),
    "bad_port": _l("The address names a port that we do not ask. Use the usual one."),
    "userinfo": _l("The address holds a name or password. Publish the list at one without."),
    "dns": _l("Nobody knows this host name at the moment."),
    "blocked_address": _l("The address leads into a private network, where we do not go."),
    "not_reachable": _l("The site does not answer at the moment."),
    "tls": _l("The site's certificate is not valid, so we did not read on."),
    "too_slow": _l("The site took too long to answer."),
    "too_large": _l("The answer is larger than 2 MB."),
    "too_many_redirects": _l("The address leads on too many times."),
    "robots": _l("The site's robots.txt asks programs not to read this address. Allow “LikeForLike” there."),
    "robots_unavailable": _l("The site's robots.txt cannot be read at the moment, which means: not now."),
    "http_status": _l("The site answers with an error instead of the list."),
    "broken_encoding": _l("The answer is packed in a way that we cannot unpack."),
    "broken_answer": _l("The answer ended early or is not one of a web site."),
    "host_busy": _l("Another check at the same site is under way."),
    # What was there
    "not_a_feed": _l("There is no price list at this address."),
    "rows": _l("Some rows cannot be read, so nothing of the list was taken over."),
    "feed_empty": _l("The list has no offers. Nothing was changed."),
    "no_json_ld": _l("The page holds no contact data for programs (JSON-LD)."),
    "broken_json_ld": _l("The page's contact data for programs (JSON-LD) is broken."),
    "no_clinic": _l("The page's data for programs (JSON-LD) does not describe a clinic."),
    "several_clinics": _l(
        "The page describes several clinics, and none with this one's telephone or postal code."
    ),
    "unreadable": _l("What is at this address could not be read."),
    # Ourselves
    "nothing_to_fetch": _l("There is no address to check any more."),
    "workers_lost": _l("The check was broken off several times and is not tried again by itself."),
}


def words(run: RefreshRun) -> str:
    """What a run reports, in one sentence of the reader's language; "" while there is nothing to say."""
    if run.code == "http_status" and run.http_status:
        return _("The site answers with the error %(status)s.", status=run.http_status)
    return str(CODES[run.code]) if run.code is not None and run.code in CODES else ""
