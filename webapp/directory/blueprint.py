"""The blueprint of the directory room; the modules with its pages hang their routes on it."""

from flask import Blueprint

blueprint = Blueprint("directory", __name__, template_folder="templates")
