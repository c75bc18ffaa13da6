using Payments.Simulation.Engine;
using Payments.Simulation.Faults;
using Payments.Simulation.Silos;

namespace Payments.Simulation.Clients;

/// <summary>The way from callers to some silo and back. Callers never crash; their requests and answers get lost.</summary>
internal sealed class Callers(World world, Cluster cluster, FaultPlan faults)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);

    public World World => world;

    /// <summary>The machine that all callers are on.</summary>
    public Machine Machine { get; } = new(world, "callers");

    /// <summary>Waits in virtual time.</summary>
    public Task WaitAsync(TimeSpan time)
    {
        var over = new TaskCompletionSource();
        world.After(time, over.SetResult);
        return over.Task;
    }

    public Task WaitAsync(TimeSpan least, TimeSpan most) => WaitAsync(world.Between(least, most));

    /// <summary>A new random id.</summary>
    public Guid NewId()
    {
        var bytes = new byte[16];
        world.Random.NextBytes(bytes);
        return new Guid(bytes);
    }

    /// <summary>Calls some silo once.</summary>
    /// <param name="what">For the trace.</param>
    /// <param name="atEdge">What the silo's edge does with the request.</param>
    public Task<Answer<T>> CallAsync<T>(string what, Func<IGrainFactory, Task<T>> atEdge)
    {
        var call = new Call<T>(this, what, atEdge);
        if (faults.Hit(Fault.RequestLost, 0.5))
            return call.Answer;
        call.SendTo(cluster.Any());
        if (faults.Hit(Fault.RequestDuplicated, 0.5))
            world.After(world.Between(TimeSpan.Zero, TimeSpan.FromSeconds(5)), () => call.SendTo(cluster.Any()));
        return call.Answer;
    }

    /// <summary>Repeats a call until it is answered; what it does must bear that.</summary>
    public async Task<Answer<T>> InsistAsync<T>(string what, int triesMax, Func<IGrainFactory, Task<T>> atEdge)
    {
        for (var tries = 1; ; tries++)
        {
            var answer = await CallAsync(what, atEdge);
            if (answer.IsGiven || tries == triesMax)
                return answer;
            await WaitAsync(TimeSpan.FromSeconds(0.5), TimeSpan.FromMinutes(2));
        }
    }

    private TimeSpan Travel() => world.Between(TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(100));

    private sealed class Call<T>
    {
        private readonly Callers callers;
        private readonly World world;
        private readonly string what;
        private readonly Func<IGrainFactory, Task<T>> atEdge;
        private readonly TaskCompletionSource<Answer<T>> answer = new();
        private readonly Appointment patience;

        public Call(Callers callers, string what, Func<IGrainFactory, Task<T>> atEdge)
        {
            (this.callers, this.what, this.atEdge) = (callers, what, atEdge);
            world = callers.World;
            patience = world.After(Patience, () => Answered(new Answer<T>(AnswerKind.Lost, default)));
        }

        public Task<Answer<T>> Answer => answer.Task;

        public void SendTo(SimulatedSilo? silo) => world.After(callers.Travel(), () =>
        {
            if (silo is not { IsOpen: true })
                Answered(new Answer<T>(AnswerKind.Lost, default));
            else
                silo.Machine.Begin(() => ServeAsync(silo));
        });

        private async Task ServeAsync(SimulatedSilo silo)
        {
            Answer<T> served;
            try
            {
                served = new Answer<T>(AnswerKind.Given, await atEdge(silo.Grains));
            }
            catch (Exception error) when (error is not (OutOfMemoryException or SimulationException))
            {
                world.Trace?.Write(world, silo.Machine, $"{what} failed: {error.GetType().Name}: {error.Message}");
                served = new Answer<T>(AnswerKind.Failed, default);
            }

            if (!callers.IsAnswerLost())
                world.After(callers.Travel(), () => Answered(served));
        }

        private void Answered(Answer<T> what)
        {
            if (!answer.TrySetResult(what))
                return;
            patience.CallOff();
            world.Trace?.Write(world, "callers", $"{this.what}: {what.Kind} {what.Value}");
        }
    }

    private bool IsAnswerLost() => faults.Hit(Fault.AnswerLost, 0.5);
}
