"""What linked phones and the portal say to each other: see docs/authenticator-api.md."""
