# Holds the linked libraries against the rules of the ABI; a build that breaks one fails, and says which.
#   cmake -D SHARED=FILE -D STATIC=FILE -D READELF=PROGRAM -P check.cmake
cmake_minimum_required(VERSION 3.21)

# What the library may ask of libc. __errno_location is how clone() and sigaction() tell their errors.
set(allowed sigaction pthread_sigmask clone vfork getenv clock_gettime
  memcpy memmove memset memcmp __errno_location)
set(floor 2.17)

function(readelf result file)
  execute_process(COMMAND ${READELF} --wide ${ARGN} ${file} OUTPUT_VARIABLE text COMMAND_ERROR_IS_FATAL ANY)
  string(REPLACE ";" "," text "${text}")
  string(REPLACE "\n" ";" lines "${text}")
  set(${result} "${lines}" PARENT_SCOPE)
endfunction()

set(faults "")
macro(fault text)
  string(APPEND faults "\n  ${text}")
endmacro()

readelf(lines ${SHARED} --file-header)
if(lines MATCHES ";  Machine: +RISC-V")
  set(floor 2.27) # its first glibc
elseif(lines MATCHES ";  Machine: +ARM")
  list(APPEND allowed raise) # libgcc's, for a 64-bit division by zero
endif()
if(NOT lines MATCHES ";  Machine: +Advanced Micro Devices X86-64")
  list(APPEND allowed syscall) # where native/src/syscall.h knows no instruction, or not for every compiler's options
endif()

set(symbol "^ *[0-9]+: +[0-9a-f]+ +[0-9a-fx]+ +([A-Z]+) +([A-Z]+) +([A-Z]+) +([^ ]+) +([^ @]+)@*([^ ]*)")

# Imports: only what is on the list above, at a version that an old libc has. Exports: only functions; which, check-names.cmake says.
readelf(lines ${SHARED} --dyn-syms)
foreach(line IN LISTS lines)
  if(NOT line MATCHES "${symbol}" OR CMAKE_MATCH_2 STREQUAL "LOCAL")
    continue()
  endif()
  set(type ${CMAKE_MATCH_1})
  set(section ${CMAKE_MATCH_4})
  set(name ${CMAKE_MATCH_5})
  set(version "${CMAKE_MATCH_6}")
  if(section STREQUAL "UND")
    if(NOT name IN_LIST allowed)
      fault("needs ${name}, which is not on the allow-list")
    elseif(version MATCHES "^GLIBC_([0-9.]+)" AND CMAKE_MATCH_1 VERSION_GREATER floor)
      fault("needs ${name} of glibc ${CMAKE_MATCH_1}; the floor is ${floor}")
    endif()
  elseif(NOT type STREQUAL "FUNC" AND NOT section STREQUAL "ABS")
    fault("exports ${name}, which is not a function")
  endif()
endforeach()

# The archive shares one name space with the program that links it.
readelf(lines ${STATIC} --symbols)
foreach(line IN LISTS lines)
  if(line MATCHES "${symbol}" AND CMAKE_MATCH_2 STREQUAL "GLOBAL" AND NOT CMAKE_MATCH_4 STREQUAL "UND")
    set(name ${CMAKE_MATCH_5})
    if(NOT name MATCHES "^lxe_")
      fault("has the global symbol ${name} in the archive, without the prefix lxe_")
    endif()
  endif()
endforeach()

# Only libc is loaded with it; nothing runs at load; nothing is written to its text.
readelf(lines ${SHARED} --dynamic)
set(flags "")
foreach(line IN LISTS lines)
  if(line MATCHES "\\(NEEDED\\).*\\[(.*)\\]")
    set(name ${CMAKE_MATCH_1})
    if(NOT name MATCHES "^libc\\.")
      fault("needs the library ${name}")
    endif()
  elseif(line MATCHES "\\((INIT|FINI|INIT_ARRAY|FINI_ARRAY|PREINIT_ARRAY|TEXTREL|RPATH|RUNPATH)\\)")
    fault("has a dynamic entry ${CMAKE_MATCH_1}")
  elseif(line MATCHES "\\(FLAGS_1\\)(.*)")
    set(flags "${CMAKE_MATCH_1}")
  endif()
endforeach()
if(NOT flags MATCHES "NOW.*NODELETE")
  fault("lacks -z now or -z nodelete")
endif()

readelf(lines ${SHARED} --program-headers)
if(lines MATCHES ";  TLS ")
  fault("has thread-local storage")
endif()
if(NOT lines MATCHES ";  GNU_RELRO ")
  fault("lacks relro")
endif()
if(NOT lines MATCHES ";  GNU_STACK [^;]* RW +0x")
  fault("has an executable stack")
endif()

readelf(lines ${SHARED} --notes)
if(NOT lines MATCHES "Build ID: [0-9a-f]+")
  fault("has no build id")
endif()

if(faults)
  message(FATAL_ERROR "liblinuxevents breaks the rules of its ABI. It${faults}")
endif()
