namespace Orleans.Runtime;

/// <summary>The base of the generated proxies: a grain id, an interface and the way to the silo.</summary>
public abstract class GrainReference : IAddressable, IEquatable<GrainReference>
{
    private readonly GrainProxy _proxy;

    private protected GrainReference(GrainProxy proxy, GrainMessenger messenger, GrainId grainId)
    {
        _proxy = proxy;
        Messenger = messenger;
        GrainId = grainId;
    }

    public GrainId GrainId { get; }

    public GrainInterfaceType InterfaceType => _proxy.InterfaceType;

    public string InterfaceName => InterfaceType.ToString();

    internal GrainMessenger Messenger { get; }

    public TGrainInterface Cast<TGrainInterface>() where TGrainInterface : IAddressable => (TGrainInterface)CastTo(typeof(TGrainInterface));

    internal object CastTo(Type interfaceType) => GrainProxy.For(interfaceType).Create(Messenger, GrainId);

    /// <summary>Called by the generated methods: the arguments travel as a tuple, without boxing.</summary>
    internal Task<TResult> CallAsync<TArguments, TResult>(int method, TArguments arguments, CancellationToken cancellationToken)
        where TArguments : struct =>
        Messenger.CallAsync<TArguments, TResult>(this, _proxy.Methods[method], arguments, cancellationToken);

    public bool Equals(GrainReference? other) => other is not null && GrainId.Equals(other.GrainId);

    public override bool Equals(object? obj) => Equals(obj as GrainReference);

    public override int GetHashCode() => GrainId.GetHashCode();

    public sealed override string ToString() => $"GrainReference:{GrainId}:{InterfaceType}";

    public static bool operator ==(GrainReference? left, GrainReference? right) => left is null ? right is null : left.Equals(right);

    public static bool operator !=(GrainReference? left, GrainReference? right) => !(left == right);
}
