"""Clinics' answers: the page behind a clinic's link and the patient's own page, where they stand side by side."""
