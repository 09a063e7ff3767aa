// The compiled definitions of the emit room.
