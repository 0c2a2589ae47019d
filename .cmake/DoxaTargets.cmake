# doxa_batches(<target>): the sources of a folder are compiled together, twelve at a time, because most of the time for
# one alone goes into headers that all of them include. Hence no two files of a folder may use one name in their unnamed
# namespaces. A source with options of its own is compiled alone.
function(doxa_batches target)
  get_target_property(sources ${target} SOURCES)
  foreach(source IN LISTS sources)
    cmake_path(ABSOLUTE_PATH source OUTPUT_VARIABLE folder)
    cmake_path(GET folder PARENT_PATH folder)
    cmake_path(GET folder FILENAME folder)
    math(EXPR batch "0${files_${folder}} / 12")
    math(EXPR files_${folder} "0${files_${folder}} + 1")
    set_source_files_properties("${source}" PROPERTIES UNITY_GROUP "${folder}${batch}")
  endforeach()
  set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_MODE GROUP)
endfunction()

# What all targets of the project share: the language, the warnings, the sanitizers.
function(doxa_compile_options target)
  target_compile_features(${target} PUBLIC cxx_std_20)
  set_target_properties(${target} PROPERTIES CXX_EXTENSIONS OFF)
  if(DOXA_BATCHES)
    doxa_batches(${target})
  endif()
  if(CMAKE_CXX_COMPILER_ID MATCHES "GNU|Clang")
    target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wshadow -Wconversion)
    if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
      # GCC 12 sees overlapping copies in std::string's own operator+ (its bug 105651, mended in 13).
      target_compile_options(${target} PRIVATE -Wno-restrict)
    endif()
    if(DOXA_SANITIZE)
      target_compile_options(${target} PRIVATE -fsanitize=address,undefined -fno-sanitize-recover=all
                                               -fno-omit-frame-pointer)
      target_link_options(${target} PUBLIC -fsanitize=address,undefined)
    endif()
  endif()
endfunction()

# For code that presents or asserts and computes little: optimising it hard would be most of the build.
function(doxa_optimise_lightly target)
  if(CMAKE_CXX_COMPILER_ID MATCHES "GNU|Clang")
    target_compile_options(${target} PRIVATE $<$<CONFIG:Release>:-O1>)
  endif()
endfunction()

# doxa_library(<room> SOURCES <files> [LINKS <targets>])
# The library of one top-level folder: target doxa::<room>, headers included as "doxa/<room>/…" both in the
# build tree (through a symbolic link) and after installation. Headers in folders named internal, kernels or format
# are the project's own and are not installed.
function(doxa_library room)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;LINKS")
  add_library(doxa_${room} ${arg_SOURCES})
  add_library(doxa::${room} ALIAS doxa_${room})
  set_target_properties(doxa_${room} PROPERTIES EXPORT_NAME ${room})
  doxa_compile_options(doxa_${room})
  target_link_libraries(doxa_${room} PUBLIC ${arg_LINKS})
  file(MAKE_DIRECTORY "${PROJECT_BINARY_DIR}/include/doxa")
  file(CREATE_LINK "${CMAKE_CURRENT_SOURCE_DIR}" "${PROJECT_BINARY_DIR}/include/doxa/${room}" SYMBOLIC)
  target_include_directories(doxa_${room} PUBLIC
    "$<BUILD_INTERFACE:${PROJECT_BINARY_DIR}/include>" "$<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>")
  install(TARGETS doxa_${room} EXPORT doxa)
  install(DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}/" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/doxa/${room}"
    FILES_MATCHING PATTERN "*.h" PATTERN internal EXCLUDE PATTERN kernels EXCLUDE PATTERN format EXCLUDE
    PATTERN classics EXCLUDE)
endfunction()
