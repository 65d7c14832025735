"""Pages that mix clinics with offers: home, results, the clinic page, compare."""
