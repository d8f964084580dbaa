"""Code lists with editions (代码表)."""
