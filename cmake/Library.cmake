# libcrosshebb: every floor in one library.
add_library(crosshebb)
foreach(floor ${XH_FLOORS})
  target_sources(crosshebb PRIVATE $<TARGET_OBJECTS:xh_${floor}>)
endforeach()
target_include_directories(crosshebb PUBLIC $<BUILD_INTERFACE:${CMAKE_SOURCE_DIR}/include>
                           $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
# OpenBLAS comes before GSL, whose slow reference BLAS has the same names.
target_link_libraries(crosshebb PRIVATE ${XH_CHOLMOD_LIBRARY} PkgConfig::BLAS PkgConfig::GSL PkgConfig::YAML PkgConfig::HDF5
                      JPEG::JPEG PNG::PNG ZLIB::ZLIB Threads::Threads OpenMP::OpenMP_C m)
target_link_options(crosshebb PRIVATE $<$<BOOL:${XH_SANITIZE}>:-fsanitize=address,undefined>
                    $<$<BOOL:${XH_COVERAGE}>:--coverage>)
set_target_properties(crosshebb PROPERTIES LINKER_LANGUAGE C VERSION ${PROJECT_VERSION}
                      SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})
