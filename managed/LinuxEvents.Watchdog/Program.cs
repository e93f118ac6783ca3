using System.CommandLine;

return new RootCommand("Supervises processes: starts them, restarts them and stops them in order.").Parse(args).Invoke();
