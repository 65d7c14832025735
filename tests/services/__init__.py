"""Real servers for tests, started by the tests themselves: PostgreSQL, Valkey, SMTP, the site. See plugin.py."""
