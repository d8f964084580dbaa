"""Divisions, units, posts and the people who hold them (组织机构)."""
