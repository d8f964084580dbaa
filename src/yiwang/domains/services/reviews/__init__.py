"""Reviews of government services (好差评): system S07."""
