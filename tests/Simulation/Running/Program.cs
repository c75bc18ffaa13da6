using Payments.Simulation.Running;

// 0: all is well. 1: a seed broke an invariant. 2: not a command.
if (!SimulationOptions.TryParse(args, out var options, out var problem))
{
    await Console.Error.WriteLineAsync($"{problem}{Environment.NewLine}{SimulationOptions.Usage}");
    return 2;
}

return options.IsTraced ? Replay.Run(options.From, Console.Out) : new ConsoleRunner(options, Console.Out).Run();
