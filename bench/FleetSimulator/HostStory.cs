using System.Globalization;
using TdxDash.DemoFleet;
using TdxDash.Tdx.Snapshots;
using TdxDash.Wire;

namespace TdxDash.FleetSimulator;

/// <summary>The snapshots of a demo host without end: first as it is at the end of its year in the demo fleet, then that year again and again, each time with boots of its own.</summary>
/// <param name="host">The host.</param>
/// <param name="shapes">The machines.</param>
/// <param name="started">When the run began: its sequences and boots are above those of every earlier run, as those of a journal would be.</param>
internal sealed class HostStory(DemoHost host, DemoShapes shapes, DateTimeOffset started)
{
    private const int MostBoots = 16, MostLaps = 0x7FFF / MostBoots;

    private readonly long _first = started.ToUnixTimeMilliseconds();
    private IEnumerator<DemoMoment>? _moments;
    private int _lap, _taken, _boot;

    /// <summary>The boot that the host is in.</summary>
    public string BootId => string.Create(CultureInfo.InvariantCulture, $"{(uint)(_first / 1_000):x8}-b007-4001-{0x8000 + _boot:x4}-{host.Number + 1:d12}");

    /// <summary>The next snapshot, as a probe sends it.</summary>
    public SnapshotEnvelope Next()
    {
        DemoMoment moment = Advance();
        byte[] canonical = SnapshotCodec.Write(moment.Snapshot);
        return new SnapshotEnvelope(BootId, _first + ++_taken, 0, SnapshotHash.Of(canonical).ToString(), BodyCodec.Compress(canonical));
    }

    private DemoMoment Advance()
    {
        if (_taken == 0)
        {
            return DemoYear.Of(host, shapes).Last();
        }

        if (_moments?.MoveNext() != true)
        {
            _lap = (_lap + 1) % MostLaps;
            _moments = DemoYear.Of(host, shapes).GetEnumerator();
            _moments.MoveNext();
        }

        _boot = (_lap * MostBoots) + (_moments.Current.Boot % MostBoots);
        return _moments.Current;
    }
}
