// The compiled definitions of opamplan/emit/quote.hpp.
#include "opamplan/emit/quote.hpp"

#include "opamplan/emit/impl/quote.ipp"
