# The toolchain of the preset `web`: Emscripten, wherever it is installed. CMake reads this before the project names its
# languages, so that what is missing is said in a line instead of by a compiler that does not work.
find_program(DOXA_EM_CONFIG em-config)
if(NOT DOXA_EM_CONFIG)
  message(FATAL_ERROR "The preset web needs Emscripten 3.1.69: apt-get install -y emscripten")
endif()
execute_process(COMMAND "${DOXA_EM_CONFIG}" EMSCRIPTEN_ROOT OUTPUT_VARIABLE emscripten_root OUTPUT_STRIP_TRAILING_WHITESPACE)
include("${emscripten_root}/cmake/Modules/Platform/Emscripten.cmake")
if(EMSCRIPTEN_VERSION VERSION_LESS 3.1.69)
  message(FATAL_ERROR "The preset web needs Emscripten 3.1.69, not ${EMSCRIPTEN_VERSION}: Debian 13 has it")
endif()
