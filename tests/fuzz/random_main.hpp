/// \file
/// The interface between a NAME_random.cpp and the program that calls it, random_main.cpp.
#pragma once

#include <cstdint>

namespace opamplan::test {

/// One universe, the same for the same seed on every machine. Aborts if something is wrong.
void try_seed(std::uint64_t seed);

}  // namespace opamplan::test
