using Payments.Silo;

return await CommandLine.RunAsync(args, Console.Out, Console.Error);
