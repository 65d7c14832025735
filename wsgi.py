"""The WSGI entry point: `granian --interface wsgi wsgi:app`, `gunicorn wsgi:app` or `flask --app wsgi …`."""

from webapp.app import create_app

app = create_app()
