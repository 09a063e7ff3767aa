// The compiled definitions of opamplan/plan/doctor.hpp.
#include "opamplan/plan/doctor.hpp"

#include "opamplan/plan/impl/doctor.ipp"
