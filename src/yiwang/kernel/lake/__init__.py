"""Dated Parquet snapshots of the records (数据湖)."""
