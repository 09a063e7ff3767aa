// The compiled definitions of opamplan/package/opam_file.hpp.
#include "opamplan/package/opam_file.hpp"

#include "opamplan/package/impl/opam_file.ipp"
