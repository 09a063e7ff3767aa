// The compiled definitions of opamplan/plan/prefix_tree.hpp.
#include "opamplan/plan/prefix_tree.hpp"

#include "opamplan/plan/impl/prefix_tree.ipp"
