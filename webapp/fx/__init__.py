"""The room of exchange rates: keeps the European Central Bank's reference rates by day, and asks for the next."""
