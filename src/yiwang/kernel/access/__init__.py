"""Accounts, roles, scopes, sessions and tokens (访问控制)."""
