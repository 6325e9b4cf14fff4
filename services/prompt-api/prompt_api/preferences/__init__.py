"""What the user interface has to know about this installation."""
