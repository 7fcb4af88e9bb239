"""A request on its way: settings, the checked request with its job, and the result."""
