"""The portal's pages, a module per subject. Importing a module puts its routes on the blueprint.

One line per module.
"""

from webapp.portal.views import enquiries as enquiries
from webapp.portal.views import home as home
