# libcrosshebb: every floor in one library.
add_library(crosshebb)
foreach(floor ${XH_FLOORS})
  target_sources(crosshebb PRIVATE $<TARGET_OBJECTS:xh_${floor}>)
endforeach()
target_include_directories(crosshebb PUBLIC $<BUILD_INTERFACE:${CMAKE_SOURCE_DIR}/include>
                           $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
target_link_libraries(crosshebb PRIVATE PkgConfig::GSL PkgConfig::YAML PkgConfig::HDF5
                      PkgConfig::BLAS ZLIB::ZLIB OpenMP::OpenMP_C m)
xh_compile_options(crosshebb)
