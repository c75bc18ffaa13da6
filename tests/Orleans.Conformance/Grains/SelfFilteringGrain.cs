namespace Payments.Conformance;

[Alias("conformance.ISelfFilteringGrain")]
public interface ISelfFilteringGrain : IGrainWithStringKey
{
    [Alias("Echo")]
    Task<string> EchoAsync(string text);
}

public sealed class SelfFilteringGrain : Grain, ISelfFilteringGrain, IIncomingGrainCallFilter
{
    public Task<string> EchoAsync(string text) => Task.FromResult(text);

    public async Task Invoke(IIncomingGrainCallContext context)
    {
        await context.Invoke();
        context.Result = $"{context.MethodName}: {context.Result}";
    }
}
