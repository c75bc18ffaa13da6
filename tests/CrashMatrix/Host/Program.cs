using Payments.CrashHost;
using Payments.Silo;

var points = new CrashPoints();
await using var app = PaymentsHost.Build(args, builder => builder.Services.AddCrashPoints(points));
app.MapCrashPoints(points);
await app.RunAsync();
