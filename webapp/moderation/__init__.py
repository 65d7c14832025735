"""What may enter the listing: imports and, later, claims, proposals and held texts."""
