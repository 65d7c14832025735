"""Pages to read: treatments with their sources, and what the service says about itself."""
