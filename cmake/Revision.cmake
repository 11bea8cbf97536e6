# Writes OUTPUT, a header with the revision of the checkout SOURCE, and touches it only when the revision has changed.
cmake_minimum_required(VERSION 3.25)
execute_process(COMMAND git --git-dir=${SOURCE}/.git describe --always --dirty --tags
  WORKING_DIRECTORY ${SOURCE} OUTPUT_VARIABLE revision OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
if(NOT revision)
  set(revision unknown)
endif()
file(CONFIGURE OUTPUT ${OUTPUT} CONTENT "#define XH_BUILD_REVISION \"${revision}\"\n" @ONLY)
