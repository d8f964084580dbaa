"""What every business record gets for free (业务记录)."""
