"""Where the clinic's pin stands, as two numbers that the map fills in."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import FloatField
from wtforms.validators import InputRequired, NumberRange

from webapp.domain.geo import Point
from webapp.domain.listing_csv import shapes

_FROM_THE_MAP = _l("Two numbers, as maps show them: 1.303912 and 103.835811.")


class PinForm(FlaskForm):
    """Latitude and longitude, WGS 84."""

    lat = FloatField(
        _l("Latitude (north)"),
        validators=[InputRequired(_FROM_THE_MAP), NumberRange(-90, 90, _FROM_THE_MAP)],
    )
    lng = FloatField(
        _l("Longitude (east)"),
        validators=[InputRequired(_FROM_THE_MAP), NumberRange(-180, 180, _FROM_THE_MAP)],
    )

    def point(self) -> Point:
        """What was typed; only after it was found valid."""
        return Point(self.lat.data or 0.0, self.lng.data or 0.0)

    def validate_in(self, country: str) -> bool:
        """Also checks that the point lies within the country's box."""
        if not self.validate():
            return False
        point = self.point()
        if shapes.inside(point.lat, point.lng, country):
            return True
        self.lat.errors = [*self.lat.errors, _("This point is not in the clinic’s country.")]
        return False
