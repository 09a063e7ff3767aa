"""What people see in a terminal: colours, progress, and strangers' text made harmless."""
