// The compiled definitions of opamplan/syntax/lexer.hpp.
#include "opamplan/syntax/lexer.hpp"

#include "opamplan/syntax/impl/lexer.ipp"
