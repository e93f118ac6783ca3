# Compares the names that all sides export, and writes the ABI down for the tests of the bindings (abi.txt).
set(scripts ${CMAKE_CURRENT_LIST_DIR})
set(bindings ${CMAKE_CURRENT_LIST_DIR}/../managed/LinuxEvents/Interop/Generated/NativeMethods.cs)
set(abi ${CMAKE_BINARY_DIR}/abi.txt)

# The constants are printed by a program made of the headers, which must be able to run here.
set(dump ${scripts}/dump-abi.sh ${CMAKE_C_COMPILER} ${CMAKE_NM} ${CMAKE_READELF}
  ${CMAKE_CURRENT_SOURCE_DIR}/include $<TARGET_FILE:shared> ${abi})
if(CMAKE_CROSSCOMPILING)
  set(dump ${CMAKE_COMMAND} -E touch ${abi})
endif()

add_custom_command(OUTPUT ${abi} VERBATIM COMMENT "Comparing the exported names and writing down the ABI"
  DEPENDS shared ${headers} ${map} ${bindings}
    ${scripts}/check-names.cmake ${scripts}/dump-abi.sh ${scripts}/dump-abi.awk ${scripts}/abi.c
  COMMAND ${CMAKE_COMMAND} -D "HEADERS=${headers}" -D MAP=${map} -D LIBRARY=$<TARGET_FILE:shared> -D NM=${CMAKE_NM}
    -D BINDINGS=${bindings} -P ${scripts}/check-names.cmake
  COMMAND ${dump})
add_custom_target(abi ALL DEPENDS ${abi})
