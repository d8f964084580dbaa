"""Fishery (数字渔业): system S28."""
