"""What a reader typed, understood as a treatment and a place, and the clinics that answer it."""
