"""The yard: seven rooms every service opens onto."""
