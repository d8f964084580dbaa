"""Supervision (互联网监管): system S10."""
