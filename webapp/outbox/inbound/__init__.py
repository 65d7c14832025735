"""Mail that comes back: bounces, automatic replies, and what people write by pressing Reply.

The modules read a mail and touch no database; hearing.py alone writes down what it means for a delivery.
"""
