// The compiled definitions of opamplan/plan/words.hpp.
#include "opamplan/plan/words.hpp"

#include "opamplan/plan/impl/words.ipp"
