namespace Payments.Simulation.Engine;

/// <summary>The simulation itself is broken.</summary>
internal sealed class SimulationException(string message) : Exception(message);
