namespace Payments.Grains.Payment;

/// <summary>What a payment has to do at its provider next.</summary>
public enum ProviderStep
{
    /// <summary>Nothing now.</summary>
    None,

    /// <summary>Create the intent with the current attempt's key.</summary>
    CreateIntent,

    /// <summary>Look whether an earlier create left an intent, before a new key is used.</summary>
    FindIntent,

    /// <summary>Cancel the intent with the current attempt's key.</summary>
    CancelIntent,

    /// <summary>Capture the intent with the current attempt's key.</summary>
    CaptureIntent,

    /// <summary>Read the intent and follow what it says.</summary>
    ReadIntent,

    /// <summary>Refund the intent with the current attempt's key.</summary>
    Refund,

    /// <summary>Look whether an earlier try left a refund.</summary>
    FindRefund,

    /// <summary>Read the refund.</summary>
    ReadRefund,
}
