"""Devices: which browser asks, whose library it shows, how another one comes to show the same, and how one leaves."""
