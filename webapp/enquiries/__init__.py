"""One form that asks up to five clinics, and what was agreed to for each of them."""
