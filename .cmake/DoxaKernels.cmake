# Loops over numbers that are compiled once for each instruction set: an x86-64 processor takes the widest it has when
# the program starts, all others have the baseline only.

if(NOT CMAKE_CXX_COMPILER_ID MATCHES "GNU|Clang")
  message(FATAL_ERROR "doxa's kernels are written with the vector types of GCC and Clang: "
                      "${CMAKE_CXX_COMPILER_ID} cannot compile them")
endif()

if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64" AND CMAKE_SIZEOF_VOID_P EQUAL 8)
  set(DOXA_INSTRUCTION_SETS baseline avx2 avx512)
else()
  set(DOXA_INSTRUCTION_SETS baseline)
endif()

# Selects become vector blends, and `omp simd` speaks of loops only; NaN and infinity keep their meaning.
set(DOXA_KERNEL_OPTIONS -O3 -fno-math-errno -fno-trapping-math -fopenmp-simd)
if(DOXA_SANITIZE)
  list(APPEND DOXA_KERNEL_OPTIONS -O1)  # clang takes minutes to optimise instrumented kernels
  if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
    list(APPEND DOXA_KERNEL_OPTIONS -Wno-pass-failed)  # it does not vectorise them either, and need not
  endif()
endif()
# Without fused multiply-add, a sum has the same bits on every machine and wherever it is evaluated.
set(DOXA_UNFUSED -ffp-contract=off)

# doxa_kernels(<target> <file.inl> [UNFUSED])
# Compiles the file, a path from the current directory, into the target once for each instruction set. What its unit
# finds defined: DOXA_SET, the name of the set, and DOXA_VECTOR_BYTES, the width of its registers.
function(doxa_kernels target file)
  cmake_parse_arguments(PARSE_ARGV 2 arg "UNFUSED" "" "")
  set(bytes_baseline 16)
  set(bytes_avx2 32)
  set(bytes_avx512 64)
  set(options_avx2 -mavx2 -mfma)
  set(options_avx512 -march=x86-64-v4 -mprefer-vector-width=512)
  cmake_path(GET file STEM name)
  file(RELATIVE_PATH include "${PROJECT_SOURCE_DIR}" "${CMAKE_CURRENT_SOURCE_DIR}/${file}")
  foreach(set IN LISTS DOXA_INSTRUCTION_SETS)
    set(unit "${CMAKE_CURRENT_BINARY_DIR}/kernels/${name}_${set}.cpp")
    file(CONFIGURE OUTPUT "${unit}" CONTENT
"#define DOXA_SET ${set}
#define DOXA_VECTOR_BYTES ${bytes_${set}}
#include \"doxa/${include}\"
")
    set(options ${DOXA_KERNEL_OPTIONS} ${options_${set}})
    if(arg_UNFUSED)
      list(APPEND options ${DOXA_UNFUSED})
    endif()
    set_source_files_properties("${unit}" PROPERTIES
      COMPILE_OPTIONS "${options}" SKIP_UNITY_BUILD_INCLUSION ON SKIP_PRECOMPILE_HEADERS ON)
    target_sources(${target} PRIVATE "${unit}")
  endforeach()
  if("avx2" IN_LIST DOXA_INSTRUCTION_SETS)
    target_compile_definitions(${target} PRIVATE DOXA_X86_KERNELS)
  endif()
endfunction()
