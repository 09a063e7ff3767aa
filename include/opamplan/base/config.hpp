/// \file
/// The one macro of opamplan: header-only or compiled.
///
/// Define `OPAMPLAN_HEADER_ONLY` (the CMake target `opamplan::header_only` does) to have every
/// definition inline in the headers; otherwise link `opamplan::opamplan`, which compiles them once.
#pragma once

#ifdef OPAMPLAN_HEADER_ONLY
#define OPAMPLAN_INLINE inline
#else
#define OPAMPLAN_INLINE
#endif
