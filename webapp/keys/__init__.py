"""The keys room: which of FIELD_KEYS the stored fields are under, and bringing all of them under the newest."""
