// The compiled definitions of the repository room.
