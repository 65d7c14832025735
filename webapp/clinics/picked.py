"""The cookie that remembers which clinics a reader picked, so that every page can offer them."""

from flask import Request

COOKIE = "compare"
# Not a letter of a slug, and plain in a cookie.
BETWEEN = "."


def remembered(request: Request) -> list[str]:
    """What the cookie holds, as it came: slugs, if nobody else wrote it."""
    return request.cookies.get(COOKIE, "")[:1000].split(BETWEEN)
