"""What the results page says, in the order of reading: what its boxes mean (understanding), with each place by itself
(places); then the clinics that answer, a group around each place (groups).
"""

from webapp.directory.results.groups import Group, Results, find
from webapp.directory.results.places import Asks, Change, Choice, UnderstoodPlace, starting_points
from webapp.directory.results.understanding import Understood, understand

__all__ = [
    "Asks",
    "Change",
    "Choice",
    "Group",
    "Results",
    "Understood",
    "UnderstoodPlace",
    "find",
    "starting_points",
    "understand",
]
