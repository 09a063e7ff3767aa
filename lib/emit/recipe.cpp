// The compiled definitions of opamplan/emit/recipe.hpp.
#include "opamplan/emit/recipe.hpp"

#include "opamplan/emit/impl/recipe.ipp"
