"""Dated Parquet snapshots of all records (数据湖)."""
