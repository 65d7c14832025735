"""The site's web server with a mistake in one template: the mail to a clinic cannot be written."""

from jinja2 import ChoiceLoader, DictLoader

from wsgi import app

_MISTAKE = {"enquiries/email/asks_clinic/body.txt": "{{ enquiry.no_such_thing.at_all }}"}
assert app.jinja_loader is not None
app.jinja_loader = ChoiceLoader([DictLoader(_MISTAKE), app.jinja_loader])
