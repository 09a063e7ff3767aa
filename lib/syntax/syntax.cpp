// The compiled definitions of the syntax room.
