"""One person, organisation, address, house behind all records (主体与地址)."""
