# Fails unless what `cmake --install` of BUILD puts into SCRATCH runs by itself.
file(REMOVE_RECURSE ${SCRATCH})
execute_process(COMMAND ${CMAKE_COMMAND} --install ${BUILD} --prefix ${SCRATCH}
  OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
foreach(call IN ITEMS "millrace;--version" "millrace;docs;profile;qube" "farmgen;--help")
  list(POP_FRONT call program)
  execute_process(COMMAND ${SCRATCH}/bin/${program} ${call} OUTPUT_VARIABLE said COMMAND_ERROR_IS_FATAL ANY)
  if(NOT said)
    message(FATAL_ERROR "${program} ${call} says nothing")
  endif()
endforeach()
file(REMOVE_RECURSE ${SCRATCH})
