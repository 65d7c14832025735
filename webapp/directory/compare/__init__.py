"""Compare: what a basket costs at each clinic, from equal things only, and beside the reader's own quotes.

Read query.py first (what is asked), then answers.py (who answers, by the rules of webapp/domain/basket), and
columns.py (how an answer is shown). The JSON API answers from the same query and answers.
"""
