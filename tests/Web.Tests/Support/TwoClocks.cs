namespace TdxDash.Web.Tests.Support;

/// <summary>A wall clock that can be set, beside a monotonic one that cannot.</summary>
internal sealed class TwoClocks : TimeProvider
{
    private TimeSpan _passed;

    /// <summary>How far the wall clock was set ahead; negative for back.</summary>
    public TimeSpan Ahead { get; set; }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>Lets time pass for both.</summary>
    public void Wait(TimeSpan time) => _passed += time;

    public override DateTimeOffset GetUtcNow() => HistoryStore.Start + _passed + Ahead;

    public override long GetTimestamp() => _passed.Ticks;
}
