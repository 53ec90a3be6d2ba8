"""`make engines`: the authenticator's story in Firefox ESR and WebKitGTK, once a release."""
