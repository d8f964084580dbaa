"""Office collaboration (协同办公): system S31."""
