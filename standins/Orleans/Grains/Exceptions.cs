namespace Orleans.Runtime;

/// <summary>The base of everything that the runtime itself throws.</summary>
public class OrleansException : Exception
{
    public OrleansException() : base("Unexpected error.") { }

    public OrleansException(string message) : base(message) { }

    public OrleansException(string message, Exception innerException) : base(message, innerException) { }
}

/// <summary>The silo is configured in a way that cannot work.</summary>
public sealed class OrleansConfigurationException : OrleansException
{
    public OrleansConfigurationException(string message) : base(message) { }

    public OrleansConfigurationException(string message, Exception innerException) : base(message, innerException) { }
}

/// <summary>The runtime refused to deliver a call; the target did not see it.</summary>
public class OrleansMessageRejectionException : OrleansException
{
    internal OrleansMessageRejectionException(string message) : base(message) { }

    internal OrleansMessageRejectionException(string message, Exception innerException) : base(message, innerException) { }
}

/// <summary>The silo stops or has stopped.</summary>
public sealed class SiloUnavailableException : OrleansMessageRejectionException
{
    public SiloUnavailableException() : base("SiloUnavailableException") { }

    public SiloUnavailableException(string message) : base(message) { }

    public SiloUnavailableException(string message, Exception innerException) : base(message, innerException) { }
}
