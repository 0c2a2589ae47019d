# For DOXA_WEB: the program of each chapter as one file, run/NN-name.js, which a page loads when its Run button is first
# pressed and runs in a worker (page/program.js). A page that is opened from a folder may fetch nothing, hence one file
# that holds the WebAssembly, and that is loaded as a script. The program's files are in its memory: the shipped models
# and the committed results, which the default run is held against.
set(page "${CMAKE_CURRENT_SOURCE_DIR}/page")
set(flags)
file(MAKE_DIRECTORY "${site}/run")

# packed(<program>): the script that Emscripten has written for it, with its WebAssembly in it, as run/<program>.js.
function(packed program)
  add_custom_command(OUTPUT "${site}/run/${program}.js" DEPENDS ${program} "${page}/pack.js" VERBATIM
    COMMAND ${CMAKE_CROSSCOMPILING_EMULATOR} "${page}/pack.js" "$<TARGET_FILE:${program}>" "${site}/run/${program}.js")
endfunction()
file(GLOB shipped CONFIGURE_DEPENDS "${root}/models/pomdp/classics/*.pomdp")
foreach(program IN LISTS chapters)
  set(committed "${root}/tutorials/${program}/results.json")
  target_link_options(${program} PRIVATE -sENVIRONMENT=worker "--pre-js=${page}/packed.js"
    "--pre-js=${page}/program.js" "--extern-pre-js=${page}/program_head.js" "--extern-post-js=${page}/program_tail.js"
    "--embed-file=${root}/models/pomdp/classics@/models/pomdp/classics"
    "--embed-file=${committed}@/tutorials/${program}/results.json")
  set_target_properties(${program} PROPERTIES LINK_DEPENDS
    "${page}/packed.js;${page}/program.js;${page}/program_head.js;${page}/program_tail.js;${committed};${shipped}")
  packed(${program})
  # Its flags, for the form: what it says of them itself.
  set(list "${CMAKE_CURRENT_BINARY_DIR}/flags/${program}")
  add_custom_command(OUTPUT "${list}" DEPENDS "${site}/run/${program}.js" "${page}/flags.js" "${page}/under_node.js"
    COMMAND ${CMAKE_CROSSCOMPILING_EMULATOR} "${page}/flags.js" "${site}/run/${program}.js" "${list}"
    COMMENT "The flags of ${program}" VERBATIM)
  list(APPEND flags "${list}")
endforeach()
file(MAKE_DIRECTORY "${CMAKE_CURRENT_BINARY_DIR}/flags")

# What a page loads with itself.
foreach(name run.js terminal.js claims.js shown.js run.css)
  add_custom_command(OUTPUT "${site}/run/${name}" DEPENDS "${page}/${name}"
    COMMAND "${CMAKE_COMMAND}" -E copy "${page}/${name}" "${site}/run/${name}" VERBATIM)
  list(APPEND copies "${site}/run/${name}")
endforeach()
