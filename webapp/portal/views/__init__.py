"""The portal's pages, a module per subject. Importing a module puts its routes on the blueprint.

One line per module.
"""

from webapp.portal.blueprint import blueprint as blueprint
from webapp.portal.blueprint import links as links
from webapp.portal.views import authority as authority
from webapp.portal.views import doctors as doctors
from webapp.portal.views import enquiries as enquiries
from webapp.portal.views import home as home
from webapp.portal.views import pause as pause
from webapp.portal.views import people as people
from webapp.portal.views import position as position
from webapp.portal.views import prices as prices
from webapp.portal.views import profile as profile
from webapp.portal.views import proposals as proposals
from webapp.portal.views import refresh as refresh
from webapp.portal.views import uploads as uploads
