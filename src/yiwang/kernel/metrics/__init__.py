"""Metrics 指标: definitions beside their systems, compiled to one scan of the lake for each record type."""
