// The compiled definitions of opamplan/plan/make.hpp.
#include "opamplan/plan/make.hpp"

#include "opamplan/plan/impl/make.ipp"
