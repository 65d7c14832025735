"""Writes of the moderation room, a file per subject. Clinic text is written here and nowhere else."""
