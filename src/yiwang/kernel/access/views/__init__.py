"""Pages of the access room: signing in, one's own account, everybody's accounts."""
