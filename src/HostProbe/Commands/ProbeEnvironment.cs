using TdxDash.HostProbe.Commands.Report;
using TdxDash.HostProbe.Host;
using TdxDash.HostProbe.Uplink;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.HostProbe.Commands;

/// <summary>Runs the service over one source.</summary>
public delegate Task RunService(ISnapshotSource source, ProbeServiceOptions options, TimeProvider time, TextWriter log, CancellationToken cancellation);

/// <summary>What commands stand on, each part replaceable.</summary>
public sealed record ProbeEnvironment
{
    /// <summary>Where results go.</summary>
    public required TextWriter Output { get; init; }

    /// <summary>Where errors and the service's log go.</summary>
    public required TextWriter Error { get; init; }

    /// <summary>Where a command that reads standard input as text reads.</summary>
    public TextReader Input { get; init; } = TextReader.Null;

    /// <summary>The same as bytes, so that what is no text can be told by its first ones.</summary>
    public Stream InputBytes { get; init; } = Stream.Null;

    /// <summary>How results may look.</summary>
    public required TerminalStyle Style { get; init; }

    /// <summary>The folder of the profiles that come with the probe.</summary>
    public string ProfileFolder { get; init; } = ModuleProfile.ShippedFolder;

    /// <summary>The ways to a TDX module.</summary>
    public TransportDoors Doors { get; init; } = TransportDoors.Native;

    /// <summary>The computations of a snapshot.</summary>
    public SnapshotSteps Steps { get; init; } = SnapshotSteps.Standard;

    /// <summary>Works out what follows from a snapshot.</summary>
    public Func<Snapshot, HostView> View { get; init; } = HostView.Of;

    /// <summary>The service.</summary>
    public RunService Service { get; init; } = ProbeService.RunAsync;

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>That of this process.</summary>
    public static ProbeEnvironment OfProcess() => new() { Output = Console.Out, Error = Console.Error, Input = Console.In, InputBytes = Console.OpenStandardInput(), Style = TerminalStyle.OfConsole() };
}
