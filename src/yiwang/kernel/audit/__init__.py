"""Append-only, hash-chained record of acts (审计)."""
