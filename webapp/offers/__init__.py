"""What clinics sell: singles and combos with their parts and prices. No pages."""
