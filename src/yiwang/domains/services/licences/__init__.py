"""Electronic licences (电子证照): system S06."""
