"""The form, and the page on which an enquiry gets one clinic more, a module each. Importing a module puts its
routes on the blueprint.
"""

from webapp.enquiries.blueprint import blueprint as blueprint
from webapp.enquiries.views import add_clinic as add_clinic
from webapp.enquiries.views import form as form
