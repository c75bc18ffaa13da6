using System.Text.Json;

namespace Payments.Sandbox;

/// <summary>The control API of event endpoints: what a dashboard is at the real providers.</summary>
internal sealed class EventControl(EventSender sender)
{
    public void Map(WebApplication app)
    {
        Map(app, EventEndpoint.Stripe, async http =>
        {
            var order = await ControlEndpoints.ReadAsync(http, SandboxJson.Default.StripeEndpointOrder);
            return new EventEndpoint(
                EventEndpoint.Stripe, order.Url, order.Secrets, null, order.RetrySeconds ?? EventEndpoint.DefaultRetrySeconds);
        });
        Map(app, EventEndpoint.Klarna, async http =>
        {
            var order = await ControlEndpoints.ReadAsync(http, SandboxJson.Default.KlarnaEndpointOrder);
            return new EventEndpoint(
                EventEndpoint.Klarna, order.Url, [order.Secret], order.KeyId, order.RetrySeconds ?? EventEndpoint.DefaultRetrySeconds);
        });
    }

    private void Map(WebApplication app, string provider, Func<HttpContext, Task<EventEndpoint>> read)
    {
        var path = $"/control/{provider}/webhook_endpoints";
        app.MapPut(path, http => ConfigureAsync(http, read));
        app.MapGet(path, http => ListAsync(http, provider));
        app.MapDelete(path, http =>
        {
            sender.Clear(provider);
            return ListAsync(http, provider);
        });
    }

    private async Task ConfigureAsync(HttpContext http, Func<HttpContext, Task<EventEndpoint>> read)
    {
        try
        {
            var endpoint = await read(http);
            if (endpoint.Problem is { } problem)
            {
                await ControlEndpoints.RefuseAsync(http, StatusCodes.Status400BadRequest, problem);
                return;
            }
            sender.Configure(endpoint);
            await ListAsync(http, endpoint.Provider);
        }
        catch (JsonException wrong)
        {
            await ControlEndpoints.RefuseAsync(http, StatusCodes.Status400BadRequest, wrong.Message);
        }
    }

    private Task ListAsync(HttpContext http, string provider) =>
        ControlEndpoints.WriteAsync(http, new EndpointsView(sender.Endpoints(provider)), SandboxJson.Default.EndpointsView);
}
