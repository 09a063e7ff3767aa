// The compiled definitions of opamplan/package/check_file.hpp.
#include "opamplan/package/check_file.hpp"
#include "opamplan/package/impl/check_file.ipp"
