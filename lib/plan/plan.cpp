// The compiled definitions of the plan room.
