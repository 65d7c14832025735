"""The plan: the days of a course, what the sources say of the days after each session, and a calendar file.

Read query.py first (what is asked), then courses.py (what comes of it by webapp/domain/course_dates), page.py (how
it is shown), picture.py and calendar_file.py. Nothing is stored: the whole plan stands in the address.
"""
