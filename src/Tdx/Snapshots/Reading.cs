using System.Diagnostics.CodeAnalysis;

namespace TdxDash.Tdx.Snapshots;

/// <summary>Where a value comes from. Every value that is shown carries one of these.</summary>
public enum Provenance
{
    /// <summary>Read from the TDX module by SEAMCALL.</summary>
    Read,

    /// <summary>Reported by the running kernel (procfs, sysfs, debugfs, kernel log).</summary>
    Kernel,

    /// <summary>Computed by TdxDash from other values.</summary>
    Computed,

    /// <summary>Computed under an assumption that the real system need not follow, such as a PAMT address or an assumed limit.</summary>
    Hypothetical,

    /// <summary>Produced by the emulated TDX module or a demo host.</summary>
    Emulated,

    /// <summary>Taken from a file that somebody captured elsewhere.</summary>
    ReportedByFile,
}

/// <summary>What became of an attempt to read something.</summary>
public enum ReadingState
{
    /// <summary>There is a value.</summary>
    Known,

    /// <summary>The source exists and says that it does not offer this.</summary>
    NotOffered,

    /// <summary>The source could not be read; the reason and the remedy say why and what to do.</summary>
    Unreadable,
}

/// <summary>A value with its provenance and source, or the reason why there is none. Unknown is a value, never null or zero.</summary>
/// <typeparam name="T">The type of the value.</typeparam>
public sealed record Reading<T> : IReading
{
    private readonly T? _value;

    private Reading(ReadingState state, T? value, Provenance provenance, string source, string reason, string remedy)
    {
        State = state;
        _value = value;
        Provenance = provenance;
        Source = source;
        Reason = reason;
        Remedy = remedy;
    }

    /// <summary>What became of the attempt.</summary>
    public ReadingState State { get; }

    /// <summary>Whether there is a value.</summary>
    public bool IsKnown => State == ReadingState.Known;

    /// <summary>The value.</summary>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    public T Value => IsKnown ? _value! : throw new InvalidOperationException($"{Source} has no value: {Reason}");

    /// <summary>Where the value comes from; meaningful only when known.</summary>
    public Provenance Provenance { get; }

    /// <summary>The file, call or rule, in the reader's own terms: <c>/proc/cpuinfo</c>, <c>TDH.SYS.RD</c>.</summary>
    public string Source { get; }

    /// <summary>Why there is no value; empty when known.</summary>
    public string Reason { get; }

    /// <summary>What a person can do about it; empty when known or when nothing can be done.</summary>
    public string Remedy { get; }

    /// <summary>Gives the value if there is one.</summary>
    public bool TryGet([MaybeNullWhen(false)] out T value)
    {
        value = _value;
        return IsKnown;
    }

    /// <summary>The value, or another one when there is none.</summary>
    public T? Or(T? fallback) => IsKnown ? _value : fallback;

    /// <summary>Maps the value and keeps everything else.</summary>
    public Reading<TOut> Map<TOut>(Func<T, TOut> map)
    {
        ArgumentNullException.ThrowIfNull(map);
        return new Reading<TOut>(State, IsKnown ? map(_value!) : default, Provenance, Source, Reason, Remedy);
    }

    internal static Reading<T> Make(ReadingState state, T? value, Provenance provenance, string source, string reason, string remedy) =>
        new(state, value, provenance, source, reason, remedy);
}

/// <summary>Makes readings.</summary>
public static class Reading
{
    /// <summary>A value that was read.</summary>
    public static Reading<T> Known<T>(T value, Provenance provenance, string source) =>
        Reading<T>.Make(ReadingState.Known, value, provenance, source, "", "");

    /// <summary>The source says that it does not offer this.</summary>
    public static Reading<T> NotOffered<T>(string source, string reason) =>
        Reading<T>.Make(ReadingState.NotOffered, default, Provenance.Computed, source, reason, "");

    /// <summary>The source could not be read.</summary>
    public static Reading<T> Unreadable<T>(string source, string reason, string remedy) =>
        Reading<T>.Make(ReadingState.Unreadable, default, Provenance.Computed, source, reason, remedy);
}
