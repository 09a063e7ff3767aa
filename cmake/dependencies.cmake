# The libraries that opamplan's targets need; also installed and used by find_package(opamplan).
# docs/dependencies.md says why each. Where one is missing, the message says what to install.
include_guard(GLOBAL)

# Ends the configuration, or (inside find_package) marks opamplan as not found.
macro(opamplan_missing text)
  if(CMAKE_FIND_PACKAGE_NAME STREQUAL "opamplan")
    set(opamplan_FOUND FALSE)
    set(opamplan_NOT_FOUND_MESSAGE "${text}")
    return()
  endif()
  message(FATAL_ERROR "${text}")
endmacro()

find_package(Threads QUIET)
if(NOT Threads_FOUND)
  opamplan_missing("opamplan needs the threads of the C++ library")
endif()

if(NOT TARGET fmt::fmt-header-only)
  find_package(fmt QUIET CONFIG)
endif()
if(NOT TARGET fmt::fmt-header-only)
  opamplan_missing("opamplan needs the headers of fmt (8 or later), which were not found. Install them:
  Debian, Ubuntu:  apt-get install libfmt-dev
  Fedora, Alma:    dnf install fmt-devel
  Alpine:          apk add fmt-dev
  Arch:            pacman -S fmt
  macOS:           brew install fmt
or say where they are with -Dfmt_ROOT=DIR.")
endif()

# Boost: headers only (Graph). A BoostConfig.cmake, then any include folder, then PyPI's boost-headers.
if(NOT TARGET Boost::headers)
  find_package(Boost 1.74 QUIET CONFIG)
endif()
if(NOT TARGET Boost::headers)
  find_path(OPAMPLAN_BOOST_INCLUDE_DIR boost/graph/graph_traits.hpp
    HINTS ${BOOST_ROOT} $ENV{BOOST_ROOT} $ENV{CONDA_PREFIX}
    PATH_SUFFIXES include DOC "The folder that holds boost/")
  if(NOT OPAMPLAN_BOOST_INCLUDE_DIR AND Python_EXECUTABLE)
    execute_process(
      COMMAND ${Python_EXECUTABLE} -c "import boost_headers as b; print(b.get_include(), end='')"
      OUTPUT_VARIABLE opamplan_boost_headers ERROR_QUIET)
    find_path(OPAMPLAN_BOOST_INCLUDE_DIR boost/graph/graph_traits.hpp
      HINTS ${opamplan_boost_headers} NO_DEFAULT_PATH)
  endif()
  if(OPAMPLAN_BOOST_INCLUDE_DIR)
    add_library(Boost::headers INTERFACE IMPORTED)
    target_include_directories(Boost::headers INTERFACE ${OPAMPLAN_BOOST_INCLUDE_DIR})
  endif()
endif()
if(NOT TARGET Boost::headers)
  opamplan_missing("opamplan needs the headers of Boost (1.74 or later), which were not found. Install them:
  Debian, Ubuntu:  apt-get install libboost-dev
  Fedora, Alma:    dnf install boost-devel
  Alpine:          apk add boost-dev
  Arch:            pacman -S boost
  macOS:           brew install boost
  any, with pip:   pip install boost-headers
or say where they are with -DOPAMPLAN_BOOST_INCLUDE_DIR=DIR.")
endif()
