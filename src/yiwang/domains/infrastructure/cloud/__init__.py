"""Moving to the cloud (应用上云): system S37."""
