"""What both Python services share: settings, contracts, broker, database, logs, errors."""
