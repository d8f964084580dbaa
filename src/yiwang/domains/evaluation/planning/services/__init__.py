"""Writes of S45. Each function checks who may, does all of its work or none, and leaves an audit entry."""
