/// \file
/// All of opamplan; written by scripts/umbrella.
#pragma once

// clang-format off
#include "opamplan/config.hpp"
#include "opamplan/error.hpp"
#include "opamplan/progress.hpp"
#include "opamplan/syntax/ast.hpp"
#include "opamplan/syntax/lexer.hpp"
#include "opamplan/syntax/parser.hpp"
#include "opamplan/syntax/position.hpp"
#include "opamplan/package/ids.hpp"
#include "opamplan/repository/diagnostic.hpp"
#include "opamplan/repository/load.hpp"
#include "opamplan/repository/queries.hpp"
#include "opamplan/repository/repository.hpp"
#include "opamplan/solve/check.hpp"
#include "opamplan/solve/explain.hpp"
#include "opamplan/solve/extract.hpp"
#include "opamplan/solve/json.hpp"
#include "opamplan/solve/rules.hpp"
#include "opamplan/solve/sat_core.hpp"
#include "opamplan/solve/solution.hpp"
#include "opamplan/solve/solver.hpp"
#include "opamplan/solve/tables.hpp"
#include "opamplan/solve/universe.hpp"
// clang-format on
