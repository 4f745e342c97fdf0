"""Every change of the people room: permission, change and audit in one transaction."""
