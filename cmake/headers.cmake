# Says which of the kernel's newer names the system's headers have. For information: the library brings its own (src/uapi.h).
include(CheckCSourceCompiles)
set(CMAKE_REQUIRED_DEFINITIONS -D_GNU_SOURCE)
set(CMAKE_REQUIRED_QUIET ON)
set(there "")
set(missing "")
foreach(name
    sys/syscall.h:SYS_pidfd_send_signal sched.h:CLONE_PIDFD sched.h:CLONE_CLEAR_SIGHAND sys/syscall.h:SYS_pidfd_open sys/wait.h:P_PIDFD
    sys/syscall.h:SYS_pidfd_getfd sys/syscall.h:SYS_close_range sys/syscall.h:SYS_epoll_pwait2
    linux/pidfd.h:PIDFD_NONBLOCK linux/pidfd.h:PIDFD_THREAD linux/pidfd.h:PIDFD_GET_INFO linux/pidfd.h:PIDFD_INFO_EXIT)
  string(REGEX REPLACE ":.*" "" header ${name})
  string(REGEX REPLACE ".*:" "" name ${name})
  check_c_source_compiles("#include <${header}>
long value = ${name};
int main(void) { return 0; }" HEADERS_HAVE_${name})
  if(HEADERS_HAVE_${name})
    list(APPEND there ${name})
  else()
    list(APPEND missing ${name})
  endif()
endforeach()
unset(CMAKE_REQUIRED_DEFINITIONS)
unset(CMAKE_REQUIRED_QUIET)

set(compiled "")
foreach(header IN LISTS headers)
  file(STRINGS ${header} lines REGEX "^#define LXE_HAS_")
  list(TRANSFORM lines REPLACE "^#define (LXE_HAS_[A-Z0-9_]+).*" "\\1")
  list(APPEND compiled ${lines})
endforeach()
foreach(list compiled there missing)
  list(JOIN ${list} " " ${list})
endforeach()
message(STATUS "Compiled in: ${compiled}")
message(STATUS "The system's headers have: ${there}")
message(STATUS "The library's own headers add: ${missing}")
