# Headers, version script, linked library and C# bindings must name the same functions.
#   cmake -D HEADERS=LIST -D MAP=FILE -D LIBRARY=FILE -D NM=PROGRAM -D BINDINGS=FILE -P check-names.cmake
cmake_minimum_required(VERSION 3.21)

# Sets VARIABLE to the names in TEXT; each match of REGEX holds one.
function(names variable text regex)
  string(REPLACE ";" "," text "${text}")
  string(REGEX MATCHALL "${regex}" matches "${text}")
  list(TRANSFORM matches REPLACE ".*(lxe_[a-z0-9_]+).*" "\\1")
  set("${variable}" "${matches}" PARENT_SCOPE)
endfunction()

set(text "")
foreach(header IN LISTS HEADERS)
  file(READ ${header} content)
  string(REGEX REPLACE "/\\*([^*]|\\*+[^*/])*\\*+/" "" content "${content}")
  string(APPEND text "${content}")
endforeach()
names("the headers" "${text}" " lxe_[a-z0-9_]+\\(")

file(READ ${MAP} text)
names("the version script" "${text}" "lxe_[a-z0-9_]+,")

execute_process(COMMAND ${NM} -D --defined-only ${LIBRARY} OUTPUT_VARIABLE text COMMAND_ERROR_IS_FATAL ANY)
names("the library" "${text}" " T [A-Za-z0-9_]+")

file(READ ${BINDINGS} text)
names("the C# bindings" "${text}" "extern [a-z_*]+ lxe_[a-z0-9_]+\\(")

set(parties "the headers" "the version script" "the library" "the C# bindings")
set(all "")
foreach(party IN LISTS parties)
  list(APPEND all ${${party}})
endforeach()
list(REMOVE_DUPLICATES all)
list(SORT all)

set(faults "")
foreach(name IN LISTS all)
  foreach(party IN LISTS parties)
    set(party_names ${${party}})
    if(NOT name IN_LIST party_names)
      string(APPEND faults "\n  ${name} is missing in ${party}")
    endif()
  endforeach()
endforeach()
if(faults OR NOT all)
  message(FATAL_ERROR "The names of the exported functions differ (./build.sh bindings writes those of C# anew):${faults}")
endif()
