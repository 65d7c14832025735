"""Where an address or a place name lies."""
