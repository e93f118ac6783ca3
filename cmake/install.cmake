# What `cmake --install` lays down: headers, manual page, both libraries, a pkg-config file and a CMake package, all relocatable.
include(CMakePackageConfigHelpers)

install(DIRECTORY include/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.h")
install(FILES man/linuxevents.7 DESTINATION ${CMAKE_INSTALL_MANDIR}/man7)
install(TARGETS shared static EXPORT linuxevents
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})

set(packages ${CMAKE_INSTALL_LIBDIR}/cmake/linuxevents)
install(EXPORT linuxevents NAMESPACE linuxevents:: DESTINATION ${packages} FILE linuxeventsTargets.cmake)
configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/linuxeventsConfig.cmake.in
  ${PROJECT_BINARY_DIR}/linuxeventsConfig.cmake INSTALL_DESTINATION ${packages})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/linuxeventsConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES
  ${PROJECT_BINARY_DIR}/linuxeventsConfig.cmake
  ${PROJECT_BINARY_DIR}/linuxeventsConfigVersion.cmake
  DESTINATION ${packages})

file(RELATIVE_PATH prefix /prefix/${CMAKE_INSTALL_LIBDIR}/pkgconfig /prefix)
string(REGEX REPLACE "/$" "" prefix "${prefix}")
configure_file(${CMAKE_CURRENT_LIST_DIR}/linuxevents.pc.in ${PROJECT_BINARY_DIR}/linuxevents.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/linuxevents.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
