"""Documents kept by hash, typed by content (文件)."""
