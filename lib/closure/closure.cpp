// The compiled definitions of the closure room.
