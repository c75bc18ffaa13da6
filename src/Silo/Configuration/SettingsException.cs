namespace Payments.Silo.Configuration;

/// <summary>A setting is missing or makes no sense. The message is one plain line for an operator.</summary>
public sealed class SettingsException(string message) : Exception(message);
