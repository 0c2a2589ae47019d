# WebAssembly. By `emcmake cmake -S . -B build/node -DDOXA_TESTS=OFF && cmake --build build/node` every program becomes
# bin/NAME.js with its .wasm beside it, to be run by `node bin/NAME.js`; with DOXA_WEB the chapters are made for a page
# instead (tutorials/book/programs.cmake). There are no threads (Shards works through its shards one after another, with
# the same result) and no signals (a StopRequest is never made).
set(exceptions -fwasm-exceptions)  # the default is that a throw ends the program
add_compile_options(${exceptions} -msimd128)
add_link_options(${exceptions}
  -sEXIT_RUNTIME=1          # the program ends with main(), with its exit status
  -sALLOW_MEMORY_GROWTH=1 -sSTACK_SIZE=1MB)
if(NOT DOXA_WEB)
  add_link_options(-sNODERAWFS=1)  # files are those of the machine, as for any other program
endif()
