# Everything comes from the distribution's packages; cmake/install-dependencies.sh installs them.
find_package(PkgConfig REQUIRED)
find_package(OpenMP REQUIRED COMPONENTS C)
find_package(Threads REQUIRED)
find_package(JPEG REQUIRED)
find_package(PNG REQUIRED)
find_package(ZLIB REQUIRED)
pkg_check_modules(GSL REQUIRED IMPORTED_TARGET gsl)
pkg_check_modules(YAML REQUIRED IMPORTED_TARGET yaml-0.1)
pkg_check_modules(BLAS REQUIRED IMPORTED_TARGET openblas)
pkg_check_modules(HDF5 REQUIRED IMPORTED_TARGET hdf5-serial)
find_path(RANDOM123_INCLUDE Random123/philox.h REQUIRED)

# GSL stands on OpenBLAS: its own CBLAS would take the place of the fast one.
list(FILTER GSL_LINK_LIBRARIES EXCLUDE REGEX gslcblas)
set_property(TARGET PkgConfig::GSL PROPERTY INTERFACE_LINK_LIBRARIES ${GSL_LINK_LIBRARIES} PkgConfig::BLAS)

# Optional: exact currents of arrays with wire resistance.
if(XH_CHOLMOD)
  find_path(CHOLMOD_INCLUDE cholmod.h PATH_SUFFIXES suitesparse)
  find_library(CHOLMOD_LIBRARY cholmod)
endif()
if(XH_CHOLMOD AND CHOLMOD_INCLUDE AND CHOLMOD_LIBRARY)
  set(XH_CHOLMOD_LIBRARY ${CHOLMOD_LIBRARY})
else()
  set(XH_CHOLMOD_LIBRARY "")
endif()

# Optional: sweeps and runs over ranks. -DMPI_C_COMPILER=mpicc.mpich chooses among several.
if(XH_MPI)
  find_package(MPI COMPONENTS C)
endif()
