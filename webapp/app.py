"""create_app(): settings, extensions, rooms in order, errors, commands. Reads like a contents page."""

import os

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from config import ROOT, Settings, from_environment
from webapp import access, cli, errors, headers, rate_limits, template_context
from webapp.accounts import security as accounts_security
from webapp.accounts import session as accounts_session
from webapp.accounts import views as accounts
from webapp.api import v1 as api_v1
from webapp.directory import views as directory
from webapp.encryption import FieldEncryption
from webapp.enquiries import receivers as enquiry_receivers
from webapp.enquiries import views as enquiries
from webapp.extensions import babel, csrf, db, limiter, migrate
from webapp.form_fields import FormRequest
from webapp.guide import views as guide
from webapp.i18n import LanguagePrefix, select_locale
from webapp.moderation import receivers as moderation_receivers
from webapp.moderation import views as moderation
from webapp.outbox import inbound_views
from webapp.outbox import views as outbox
from webapp.portal import guards as portal_guards
from webapp.portal import receivers as portal_receivers
from webapp.portal import views as portal
from webapp.queue import Doorbell
from webapp.quotes import receivers as quote_receivers
from webapp.quotes import views as quotes
from webapp.refresh import receivers as refresh_receivers
from webapp.row_ids import RowIdConverter
from webapp.staff import views as staff
from webapp.unit_of_work import prepare_sqlite


def create_app(settings: Settings | None = None) -> Flask:
    """The WSGI application. Raises SettingsError when a setting cannot be used."""
    settings = settings or from_environment(os.environ)
    app = Flask(__name__, instance_path=str(settings.instance_dir))
    _configure(app, settings)
    app.request_class = FormRequest
    app.url_map.converters["int"] = RowIdConverter

    db.init_app(app)
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            prepare_sqlite(db.engine)
    migrate.init_app(app, db, directory=str(ROOT / "migrations"), compare_type=True)
    babel.init_app(app, locale_selector=select_locale)
    csrf.init_app(app)
    limiter.init_app(app)
    FieldEncryption(settings.field_keys, settings.secret_key, settings.hash_key).init_app(app)
    Doorbell(settings.redis_url).init_app(app)
    headers.init_app(app, settings)
    template_context.init_app(app)
    errors.init_app(app)

    app.register_blueprint(directory.blueprint)
    app.register_blueprint(guide.blueprint)
    app.register_blueprint(enquiries.blueprint)
    app.register_blueprint(quotes.blueprint)
    app.register_blueprint(moderation.blueprint)
    app.register_blueprint(accounts.blueprint)
    app.register_blueprint(portal.blueprint)
    app.register_blueprint(portal.links)
    app.register_blueprint(staff.blueprint)
    app.register_blueprint(inbound_views.inbound)
    if settings.is_development:
        app.register_blueprint(outbox.mailbox)
    api_v1.init_app(app)
    cli.init_app(app)

    accounts_security.init_app(app, settings)
    access.init_app(app)
    accounts_session.init_app(app)
    portal_guards.init_app(app)
    enquiry_receivers.init_app(app)
    moderation_receivers.init_app(app)
    portal_receivers.init_app(app)
    quote_receivers.init_app(app)
    refresh_receivers.init_app(app)

    app.wsgi_app = LanguagePrefix(app.wsgi_app)  # type: ignore[method-assign]  # meant to be wrapped
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]  # as above
    return app


def _configure(app: Flask, settings: Settings) -> None:
    app.config.update(
        SETTINGS=settings,
        SECRET_KEY=settings.secret_key,
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        # An error names the statement; what went with it may be the patient's words.
        SQLALCHEMY_ENGINE_OPTIONS={"pool_pre_ping": True, "hide_parameters": True},
        SESSION_COOKIE_NAME="__Host-session" if settings.uses_https else "session",
        SESSION_COOKIE_SECURE=settings.uses_https,
        SESSION_COOKIE_PATH="/",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        # A form may stay open in a tab for as long as its session lives; nothing typed is lost to a clock.
        WTF_CSRF_TIME_LIMIT=None,
        # A field of a megabyte reaches its form and gets a message beside it, instead of an error page.
        MAX_CONTENT_LENGTH=8 * 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=8 * 1024 * 1024,
        SEND_FILE_MAX_AGE_DEFAULT=365 * 24 * 3600,
        BABEL_DEFAULT_LOCALE="en",
        BABEL_TRANSLATION_DIRECTORIES="translations",
        RATELIMIT_STORAGE_URI=rate_limits.STORAGE_URI,
        RATELIMIT_STRATEGY="fixed-window",
        GAZETTEER_PATH=str(settings.gazetteer_path),
    )
