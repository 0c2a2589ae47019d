# The two headers that CMake writes: doxa/version.h from the project's version, and doxa/doxa.h, which includes every
# public header (those of the rooms, but for what lies in internal/, kernels/ and format/).
configure_file("${PROJECT_SOURCE_DIR}/.cmake/version.h.in" "${PROJECT_BINARY_DIR}/include/doxa/version.h" @ONLY)

file(GLOB public_headers RELATIVE "${PROJECT_SOURCE_DIR}" CONFIGURE_DEPENDS
  "${PROJECT_SOURCE_DIR}/autograd/*.h" "${PROJECT_SOURCE_DIR}/distributions/*.h" "${PROJECT_SOURCE_DIR}/models/*.h"
  "${PROJECT_SOURCE_DIR}/models/*/*.h")
set(umbrella "#pragma once\n\n#include \"doxa/version.h\"\n\n")
foreach(header IN LISTS public_headers)
  string(APPEND umbrella "#include \"doxa/${header}\"\n")
endforeach()
file(CONFIGURE OUTPUT "${PROJECT_BINARY_DIR}/include/doxa/doxa.h" CONTENT "${umbrella}" @ONLY)

install(FILES "${PROJECT_BINARY_DIR}/include/doxa/version.h" "${PROJECT_BINARY_DIR}/include/doxa/doxa.h"
  DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/doxa")
