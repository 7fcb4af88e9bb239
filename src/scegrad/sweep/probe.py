"""The report of a cluster's worker on its code.

It goes there by value, since the package may be missing there or be another one.
"""


def probe() -> dict[str, str]:
    """``code`` and ``version`` of the package, or ``error``."""
    try:
        # This function goes to the worker by value, without the names of its module.
        import importlib.metadata

        from scegrad.sweep.version import code

        return {"code": code(), "version": importlib.metadata.version("scegrad")}
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"}
