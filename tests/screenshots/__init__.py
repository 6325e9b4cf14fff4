"""Pictures of every screen and state of the app, for people to look at: ``make screenshots``."""
