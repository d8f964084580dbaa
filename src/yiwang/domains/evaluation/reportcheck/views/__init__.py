"""Pages of S46."""
