"""The room's blueprint; the views hang their routes on it."""

from flask import Blueprint

blueprint = Blueprint("enquiries", __name__, template_folder="templates")
