using System.Diagnostics.Metrics;
using System.IO.MemoryMappedFiles;
using TdxDash.Faults.Support;

/// <summary>Runs inside the dashboard, by DOTNET_STARTUP_HOOKS: passes on how many circuits Blazor counts.</summary>
internal static class StartupHook
{
    private const string Meter = "Microsoft.AspNetCore.Components.Server.Circuits", Instrument = "aspnetcore.components.circuit.active";

    private static readonly Lock Gate = new();
    private static MemoryMappedViewAccessor? _view;
    private static MeterListener? _listener;
    private static long _count;

    /// <summary>Called by the runtime before the program.</summary>
    public static void Initialize()
    {
        if (Environment.GetEnvironmentVariable(CircuitCount.Variable) is not { } path)
        {
            return;
        }

        _view = MemoryMappedFile.CreateFromFile(path, FileMode.Open).CreateViewAccessor(0, sizeof(long));
        _listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == Meter && instrument.Name == Instrument)
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        _listener.SetMeasurementEventCallback<long>((_, change, _, _) =>
        {
            lock (Gate)
            {
                _view.Write(0, _count += change);
            }
        });
        _listener.Start();
    }
}
