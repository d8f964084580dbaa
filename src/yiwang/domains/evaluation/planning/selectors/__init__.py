"""Reads of S45. Every function that returns hand-ins, judgements or adjustments takes the reader and keeps to scope."""
