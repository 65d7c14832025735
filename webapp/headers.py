"""What every answer carries: content policy, transport rules, no leaking of addresses."""

from urllib.parse import urlsplit

from flask import Flask, Response, request
from flask_talisman import Talisman

from config import Settings

# Pages that stand behind a token or hold somebody's words: never kept by a cache, never in a Referer.
_PRIVATE_PATHS = ("/e/", "/q/", "/c/", "/u/", "/enquiries/", "/mailbox")


def init_app(app: Flask, settings: Settings) -> None:
    tiles = urlsplit(settings.tiles_url)
    images = ["'self'", "data:"] + ([f"{tiles.scheme}://{tiles.netloc}"] if tiles.netloc else [])
    Talisman(
        app,
        force_https=settings.uses_https,
        strict_transport_security=settings.uses_https,
        session_cookie_secure=settings.uses_https,
        frame_options="DENY",
        # no-referrer would make Flask-WTF refuse every form over https.
        referrer_policy="same-origin",
        # No inline script or style anywhere, so no nonces, and a 304 keeps a right policy.
        content_security_policy={
            "default-src": "'self'",
            "img-src": images,
            "object-src": "'none'",
            "base-uri": "'none'",
            "frame-ancestors": "'none'",
            "form-action": "'self'",
        },
    )

    @app.after_request
    def _finish(response: Response) -> Response:
        response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
        if request.path.startswith(_PRIVATE_PATHS):
            response.headers["Cache-Control"] = "no-store"
            response.headers["X-Robots-Tag"] = "noindex"
        elif tiles.netloc:
            # The tile servers' policy asks to be told which site asks, not which page.
            response.headers["Referrer-Policy"] = "strict-origin-when-cross-origin"
        return response
