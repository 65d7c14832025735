"""The accounts room: people who sign in, and how. Knows nothing of clinics."""
