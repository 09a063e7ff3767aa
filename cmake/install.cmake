# What `cmake --install` writes: headers, the library, a CMake package and pkg-config files, all
# relocatable.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(opamplan_cmake_dir ${CMAKE_INSTALL_LIBDIR}/cmake/opamplan)
set_target_properties(opamplan PROPERTIES VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})
install(TARGETS opamplan opamplan_header_only EXPORT opamplan_targets
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT development
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT development
  RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT development)
install(DIRECTORY include/opamplan DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT development
  FILES_MATCHING PATTERN "*.hpp" PATTERN "*.ipp")
install(EXPORT opamplan_targets NAMESPACE opamplan:: FILE opamplan-targets.cmake
  DESTINATION ${opamplan_cmake_dir} COMPONENT development)
configure_package_config_file(cmake/opamplan-config.cmake.in opamplan-config.cmake
  INSTALL_DESTINATION ${opamplan_cmake_dir} NO_SET_AND_CHECK_MACRO)
# Before 1.0, minor versions may break.
write_basic_package_version_file(opamplan-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES
  ${CMAKE_CURRENT_BINARY_DIR}/opamplan-config.cmake
  ${CMAKE_CURRENT_BINARY_DIR}/opamplan-config-version.cmake
  cmake/dependencies.cmake cmake/find_adapters.cmake
  DESTINATION ${opamplan_cmake_dir} COMPONENT development)

# pkg-config: paths relative to the .pc file, so that the whole folder may be moved.
file(RELATIVE_PATH opamplan_pc_prefix /prefix/${CMAKE_INSTALL_LIBDIR}/pkgconfig /prefix)
set(opamplan_pc_private)
if(OPAMPLAN_HAS_ARCHIVE)
  list(APPEND opamplan_pc_private libarchive)
endif()
if(OPAMPLAN_HAS_GIT)
  list(APPEND opamplan_pc_private libgit2 zlib)
endif()
string(REPLACE ";" " " opamplan_pc_private "${opamplan_pc_private}")
# pkg-config names Requires.private only with --static; a static libopamplan always needs them.
set(opamplan_pc_field Requires.private)
get_target_property(opamplan_type opamplan TYPE)
if(opamplan_type STREQUAL "STATIC_LIBRARY")
  set(opamplan_pc_field Requires)
endif()
foreach(name opamplan opamplan-header-only)
  configure_file(cmake/${name}.pc.in ${name}.pc @ONLY)
  install(FILES ${CMAKE_CURRENT_BINARY_DIR}/${name}.pc
    DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT development)
endforeach()
