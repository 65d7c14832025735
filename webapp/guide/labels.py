"""The words for the codes of a treatment's page: rows, topics, kinds of treatments."""

from flask_babel import lazy_gettext as _l

ROWS = {
    "what_it_is": _l("What it is"),
    "sessions": _l("How many sessions"),
    "interval": _l("Time between sessions"),
    "discomfort": _l("Discomfort"),
    "downtime": _l("Afterwards"),
    "what_it_cannot_do": _l("What it cannot do"),
    "who_should_ask_first": _l("Who should ask first"),
    "what_no_source_says": _l("What no source says"),
}

DOWNTIME = {
    "redness": _l("Redness and swelling"),
    "bumps": _l("Bumps"),
    "bruise": _l("Bruises"),
}

GROUPS = {
    "concerns": _l("What it is named for, and where"),
    "combinations": _l("What it is combined with"),
    "aftercare": _l("Aftercare"),
    "who_it_suits": _l("Who is named for it"),
    "onset": _l("When a change shows"),
    "maintenance": _l("Coming again"),
    "steps": _l("Step by step"),
    "right_after": _l("The first days"),
    "mechanism": _l("How it is said to work"),
    "names": _l("Names"),
    "named_clinics": _l("Clinics that the sources name"),
    "about_the_sources": _l("About the sources"),
    "other": _l("Other"),
}

KINDS = {
    "product": _l("Products"),
    "class": _l("Kinds of treatment"),
    "device": _l("Devices"),
}

# BCP 47 tags of local names, in the order of the page.
NAME_LANGUAGES = ("en", "zh-Hans", "zh-Hant", "ko", "ja", "th")
LANGUAGE_NAMES = {
    "en": _l("English"),
    "zh-Hans": _l("Chinese (simplified)"),
    "zh-Hant": _l("Chinese (traditional)"),
    "ko": _l("Korean"),
    "ja": _l("Japanese"),
    "th": _l("Thai"),
}
