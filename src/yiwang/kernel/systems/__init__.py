"""Registry, manifest and quality of systems: the lowest room of the kernel."""
