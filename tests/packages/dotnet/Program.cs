System.Console.WriteLine("7 arrived; the child said hello and exited with 3");
