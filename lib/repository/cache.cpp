// The compiled definitions of opamplan/repository/impl/cache.hpp.
#include "opamplan/repository/impl/cache.hpp"
#include "opamplan/repository/impl/cache_read.ipp"
#include "opamplan/repository/impl/cache_write.ipp"
