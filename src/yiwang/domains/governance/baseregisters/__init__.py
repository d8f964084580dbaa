"""Base registers and residence codes (一标三实与居住码): system S21."""
