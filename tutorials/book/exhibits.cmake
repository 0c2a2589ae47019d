# For DOXA_WEB: all exhibits as one program, run/exhibits.js, which a page loads when a reader first touches one
# (page/exhibit_program.js), and how each looks before that.
set(exhibit_names tape evidence-bar estimators play-tiger learned-filter)
set(filter "${root}/tutorials/exhibits/tiger_filter.safetensors")
target_link_options(exhibits PRIVATE -sENVIRONMENT=worker -sINVOKE_RUN=0 -sEXIT_RUNTIME=0
  -sEXPORTED_FUNCTIONS=_main,_doxa_exhibit -sEXPORTED_RUNTIME_METHODS=ccall
  "--pre-js=${page}/packed.js" "--pre-js=${page}/exhibit_program.js"
  "--extern-pre-js=${page}/exhibit_program_head.js" "--extern-post-js=${page}/program_tail.js"
  "--embed-file=${root}/models/pomdp/classics/tiger.pomdp@/models/pomdp/classics/tiger.pomdp"
  "--embed-file=${filter}@/tutorials/exhibits/tiger_filter.safetensors")
set_target_properties(exhibits PROPERTIES LINK_DEPENDS
  "${page}/packed.js;${page}/exhibit_program.js;${page}/exhibit_program_head.js;${page}/program_tail.js;${filter}")
packed(exhibits)

set(exhibits_at_rest "${CMAKE_CURRENT_BINARY_DIR}/exhibits")
list(TRANSFORM exhibit_names REPLACE "(.+)" "${exhibits_at_rest}/\\1.html" OUTPUT_VARIABLE fragments)
add_custom_command(OUTPUT ${fragments} DEPENDS "${site}/run/exhibits.js" "${page}/exhibits_at_rest.js" "${page}/under_node.js"
  COMMAND ${CMAKE_CROSSCOMPILING_EMULATOR} "${page}/exhibits_at_rest.js" "${site}/run/exhibits.js" "${exhibits_at_rest}"
    "${site}/run/exhibits" ${exhibit_names}
  COMMENT "The exhibits at rest" VERBATIM)
set(exhibits_at_rest ${fragments})
foreach(name exhibit.js exhibit.css)
  add_custom_command(OUTPUT "${site}/run/${name}" DEPENDS "${page}/${name}"
    COMMAND "${CMAKE_COMMAND}" -E copy "${page}/${name}" "${site}/run/${name}" VERBATIM)
  list(APPEND copies "${site}/run/${name}")
endforeach()
