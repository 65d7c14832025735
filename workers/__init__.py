"""Celery workers: thin tasks over the rooms' services, and everything that runs by itself (schedule.py)."""
