"""Where older versions have some handlers."""
