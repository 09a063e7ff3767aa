// The compiled definitions of the solve room.
#include "opamplan/solve/solution.hpp"
