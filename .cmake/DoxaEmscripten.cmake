# WebAssembly, by `emcmake cmake -S . -B build/web -DDOXA_TESTS=OFF && cmake --build build/web`: every program becomes
# bin/NAME.js with its .wasm beside it, to be run by `node bin/NAME.js`. There are no threads (Shards works through
# its shards one after another, with the same result) and no signals (a StopRequest is never made).
set(exceptions -fexceptions)  # the default is that a throw ends the program
add_compile_options(${exceptions} -msimd128)
add_link_options(${exceptions}
  -sNODERAWFS=1             # files are those of the machine, as for any other program
  -sEXIT_RUNTIME=1          # the program ends with main(), with its exit status
  -sALLOW_MEMORY_GROWTH=1 -sSTACK_SIZE=1MB)
