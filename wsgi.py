"""The WSGI entry point: `granian --interface wsgi wsgi:app`, `gunicorn wsgi:app` or `flask --app wsgi …`."""

import gc

from webapp.app import create_app

app = create_app()
# What is loaded now stays until the process ends. Otherwise the garbage collector looks through all of it every few
# hundred requests, and one reader waits 150 ms longer.
gc.collect()
gc.freeze()
