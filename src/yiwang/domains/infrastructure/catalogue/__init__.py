"""Data resources (数据资源): system S40."""
