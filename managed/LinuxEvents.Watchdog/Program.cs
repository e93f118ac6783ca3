using LinuxEvents.Watchdog;

return CommandLine.Invoke(args);
