"""Use cases of the authenticator app's backups: linking, saving, restoring, wiping."""
