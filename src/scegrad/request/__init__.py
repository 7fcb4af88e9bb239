"""The way of a request: settings, the checked request with its job, and the result."""
