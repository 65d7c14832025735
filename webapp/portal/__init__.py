"""The portal room: a clinic keeps its own listing, prices, people and enquiries."""
