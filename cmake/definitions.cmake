# The sources of the compiled library, made from the headers: a header that names `.ipp` files for
# header-only builds gets a source that compiles them, in build/lib/ROOM. Sets `out` to a room's.
function(opamplan_definitions room out)
  set(include ${PROJECT_SOURCE_DIR}/include)
  file(GLOB headers CONFIGURE_DEPENDS RELATIVE ${include}
    ${include}/opamplan/${room}/*.hpp ${include}/opamplan/${room}/impl/*.hpp)
  set(sources)
  foreach(header IN LISTS headers)
    file(STRINGS ${include}/${header} definitions REGEX "^#include \"opamplan/.*[.]ipp\"")
    list(FILTER definitions EXCLUDE REGEX "/no_adapters[.]ipp")  # lib/ has these
    if(definitions)
      list(JOIN definitions "\n" definitions)
      get_filename_component(name ${header} NAME_WE)
      set(source ${PROJECT_BINARY_DIR}/lib/${room}/${name}.cpp)
      file(CONFIGURE OUTPUT ${source} @ONLY CONTENT
        "// The compiled definitions of @header@.\n#include \"@header@\"\n\n@definitions@\n")
      list(APPEND sources ${source})
    endif()
  endforeach()
  set(${out} ${sources} PARENT_SCOPE)
endfunction()
