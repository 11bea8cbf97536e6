# xh_floor(NAME sources...): a floor of the house. It sees the public headers and its own folder; it may call only what
# stands below it, which tests/link proves by linking each floor alone with the floors under it.
# Every floor is an object library xh_NAME, and an archive xh_NAME_archive for those tests.
set(XH_FLOORS "" CACHE INTERNAL "floors, lowest first")

function(xh_floor name)
  add_library(xh_${name} OBJECT ${ARGN})
  target_include_directories(xh_${name} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
  xh_compile_options(xh_${name})
  add_library(xh_${name}_archive STATIC $<TARGET_OBJECTS:xh_${name}>)
  set(XH_FLOORS ${XH_FLOORS} ${name} CACHE INTERNAL "")
endfunction()

# xh_program(sources...): the program crosshebb, which stands on the library.
function(xh_program)
  add_executable(crosshebb_program ${ARGN})
  xh_compile_options(crosshebb_program)
  set_target_properties(crosshebb_program PROPERTIES OUTPUT_NAME crosshebb
                        RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin
                        INSTALL_RPATH $<$<BOOL:${BUILD_SHARED_LIBS}>:$ORIGIN/../${CMAKE_INSTALL_LIBDIR}>)
  target_link_libraries(crosshebb_program PRIVATE crosshebb m)
endfunction()

# What every C target is compiled with: the headers, reproducible arithmetic (no contraction, no -ffast-math) and the
# project's warnings.
function(xh_compile_options target)
  target_include_directories(${target} PRIVATE ${CMAKE_SOURCE_DIR}/include ${CMAKE_SOURCE_DIR} ${RANDOM123_INCLUDE})
  target_compile_definitions(${target} PRIVATE _POSIX_C_SOURCE=200809L
    $<$<BOOL:${XH_SANITIZE}>:XH_NO_MULTIVERSION>)
  target_compile_options(${target} PRIVATE
    -ffp-contract=off -fno-math-errno -fno-trapping-math
    -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wpointer-arith
    -Wwrite-strings -Wcast-qual -Wundef
    $<$<C_COMPILER_ID:Clang>:-Wno-pass-failed> # a loop that sanitizers keep from being vectorised
    $<$<BOOL:${XH_WERROR}>:-Werror>
    $<$<CONFIG:Release>:-O3>
    $<$<BOOL:${XH_SANITIZE}>:-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer>
    $<$<BOOL:${XH_COVERAGE}>:--coverage>)
  target_link_options(${target} PRIVATE
    $<$<BOOL:${XH_SANITIZE}>:-fsanitize=address,undefined>
    $<$<BOOL:${XH_COVERAGE}>:--coverage>)
  target_link_libraries(${target} PRIVATE OpenMP::OpenMP_C)
endfunction()

# xh_link_floors(TARGET FLOOR): links FLOOR and every floor below it, and what they need from outside.
set(XH_NEEDS_base PkgConfig::GSL m)
set(XH_NEEDS_devices)
set(XH_NEEDS_sim ${XH_CHOLMOD_LIBRARY} PkgConfig::BLAS OpenMP::OpenMP_C)
set(XH_NEEDS_models)
set(XH_NEEDS_experiments PkgConfig::YAML PkgConfig::HDF5 JPEG::JPEG PNG::PNG
    ZLIB::ZLIB Threads::Threads)

function(xh_link_floors target floor)
  set(archives "")
  set(needs "")
  foreach(name ${XH_FLOORS})
    list(PREPEND archives xh_${name}_archive)
    list(PREPEND needs ${XH_NEEDS_${name}})
    if(name STREQUAL floor)
      break()
    endif()
  endforeach()
  target_link_libraries(${target} PRIVATE ${archives} ${needs})
endfunction()
