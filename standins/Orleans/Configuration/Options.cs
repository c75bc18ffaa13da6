using System.Net;

namespace Orleans.Configuration
{
    /// <summary>Names of the service and of this cluster of it.</summary>
    public class ClusterOptions
    {
        public const string DefaultClusterId = "default";
        public const string DefaultServiceId = "default";

        internal const string DevelopmentId = "dev";

        public string ClusterId { get; set; } = DefaultClusterId;

        public string ServiceId { get; set; } = DefaultServiceId;
    }

    /// <summary>Where a silo listens. The stand-in listens nowhere; the values are only kept.</summary>
    public class EndpointOptions
    {
        public const int DEFAULT_SILO_PORT = 11111;
        public const int DEFAULT_GATEWAY_PORT = 30000;

        public IPAddress AdvertisedIPAddress { get; set; } = null!;

        public int SiloPort { get; set; } = DEFAULT_SILO_PORT;

        public int GatewayPort { get; set; } = DEFAULT_GATEWAY_PORT;

        public IPEndPoint? SiloListeningEndpoint { get; set; }

        public IPEndPoint? GatewayListeningEndpoint { get; set; }
    }

    /// <summary>How calls travel.</summary>
    public abstract class MessagingOptions
    {
        /// <summary>How long a caller waits for a response; the grain goes on regardless.</summary>
        public TimeSpan ResponseTimeout { get; set; } = TimeSpan.FromSeconds(30);

        /// <summary>Whether a call whose caller gave up while it waited is never started.</summary>
        public bool DropExpiredMessages { get; set; } = true;

        /// <summary>Whether a response timeout cancels the token that the grain sees.</summary>
        public bool CancelRequestOnTimeout { get; set; }

        /// <summary>Whether a cancelled caller waits for the grain to end.</summary>
        public bool WaitForCancellationAcknowledgement { get; set; }
    }

    /// <inheritdoc/>
    public class SiloMessagingOptions : MessagingOptions
    {
        /// <summary>How often a call moves on to the next activation before it is rejected.</summary>
        public int MaxForwardCount { get; set; } = 2;

        /// <summary>How long a silo that stops waits until its last answers have left. Here none has to leave the process.</summary>
        public TimeSpan WaitForMessageToBeQueuedForOutboundTime { get; set; } = TimeSpan.Zero;
    }

    /// <summary>When idle grains are deactivated, and how long activation and deactivation may take.</summary>
    public class GrainCollectionOptions
    {
        /// <summary>How often the silo looks for idle grains.</summary>
        public TimeSpan CollectionQuantum { get; set; } = TimeSpan.FromMinutes(1);

        /// <summary>How long a grain stays unused.</summary>
        public TimeSpan CollectionAge { get; set; } = TimeSpan.FromMinutes(15);

        public TimeSpan ActivationTimeout { get; set; } = TimeSpan.FromSeconds(30);

        public TimeSpan DeactivationTimeout { get; set; } = TimeSpan.FromSeconds(30);
    }

    /// <summary>Options of the memory storage; none has an effect here.</summary>
    public class MemoryGrainStorageOptions
    {
        public int NumStorageGrains { get; set; } = 10;
    }
}

namespace Orleans.Hosting
{
    /// <summary>How reminders are kept.</summary>
    public sealed class ReminderOptions
    {
        public TimeSpan MinimumReminderPeriod { get; set; } = TimeSpan.FromMinutes(1);

        public TimeSpan RefreshReminderListPeriod { get; set; } = TimeSpan.FromMinutes(5);

        public TimeSpan ReminderLoadingWindow { get; set; } = TimeSpan.FromMinutes(10);

        public TimeSpan InitializationTimeout { get; set; } = TimeSpan.FromMinutes(5);
    }
}
