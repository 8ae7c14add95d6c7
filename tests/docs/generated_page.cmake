# Fails when FILE holds anything but what `PROGRAM docs PAGE` prints.
execute_process(COMMAND ${PROGRAM} docs ${PAGE} OUTPUT_VARIABLE now RESULT_VARIABLE status)
file(READ ${FILE} kept)
if(NOT status EQUAL 0 OR NOT now STREQUAL kept)
  message(FATAL_ERROR "${FILE} is out of date: millrace docs ${PAGE} > ${FILE}")
endif()
