"""A second step at sign-in for adults: codes from an app, passkeys, recovery codes."""
