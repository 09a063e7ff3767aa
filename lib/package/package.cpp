// The compiled definitions of the package room.
