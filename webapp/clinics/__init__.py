"""Clinics and practitioners: who they are, where, and under which authority they are listed. No pages."""
