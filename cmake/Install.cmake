# What `cmake --install` lays out: library, headers, program, and how others find them (find_package, pkg-config).
include(CMakePackageConfigHelpers)
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/crosshebb)

install(TARGETS crosshebb EXPORT crosshebb)
install(TARGETS crosshebb_program)
install(DIRECTORY include/crosshebb TYPE INCLUDE FILES_MATCHING PATTERN "*.h")

install(EXPORT crosshebb NAMESPACE crosshebb:: DESTINATION ${package_dir} FILE crosshebbTargets.cmake)
configure_package_config_file(cmake/crosshebbConfig.cmake.in crosshebbConfig.cmake
                              INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(crosshebbConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/crosshebbConfig.cmake ${CMAKE_BINARY_DIR}/crosshebbConfigVersion.cmake
        DESTINATION ${package_dir})

# A static library cannot name what it needs, so pkg-config must; a shared one names it itself.
if(BUILD_SHARED_LIBS)
  set(XH_PC_REQUIRES Requires.private)
  set(XH_PC_LIBS "\nLibs.private:")
else()
  set(XH_PC_REQUIRES Requires)
  set(XH_PC_LIBS "")
endif()
set(XH_PC_CHOLMOD "")
if(XH_CHOLMOD_LIBRARY)
  set(XH_PC_CHOLMOD "-lcholmod ")
endif()
file(RELATIVE_PATH XH_PC_PREFIX /prefix/${CMAKE_INSTALL_LIBDIR}/pkgconfig /prefix)
configure_file(cmake/crosshebb.pc.in crosshebb.pc @ONLY)
install(FILES ${CMAKE_BINARY_DIR}/crosshebb.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
