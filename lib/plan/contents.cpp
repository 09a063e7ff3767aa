// The compiled definitions of opamplan/plan/contents.hpp.
#include "opamplan/plan/contents.hpp"

#include "opamplan/plan/impl/contents.ipp"
