"""Self-service kiosks (自助终端): system S05."""
