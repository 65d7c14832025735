"""The two pages behind links, a module each: /q/ where a clinic answers, /e/ where the patient reads. GET changes
nothing. Importing a module puts its routes on the blueprint.
"""

from webapp.quotes.blueprint import blueprint as blueprint
from webapp.quotes.views import clinic_links as clinic_links
from webapp.quotes.views import clinic_page as clinic_page
from webapp.quotes.views import clinic_talk as clinic_talk
from webapp.quotes.views import patient_acts as patient_acts
from webapp.quotes.views import patient_data as patient_data
from webapp.quotes.views import patient_page as patient_page
