// The compiled definitions of opamplan/emit/inspect.hpp.
#include "opamplan/emit/inspect.hpp"

#include "opamplan/emit/impl/inspect_bake.ipp"
#include "opamplan/emit/impl/inspect_dockerfile.ipp"
