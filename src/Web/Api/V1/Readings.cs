using System.ComponentModel.DataAnnotations;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.Web.Api.V1;

/// <summary>What every reading has beside its value. A reading is a value with where it comes from, or the reason why there is none: unknown is never null or zero.</summary>
public abstract record ReadingFacts
{
    /// <summary>What became of the attempt to read it; there is a value only where it is known.</summary>
    [Required]
    public ReadingState State { get; init; }

    /// <summary>Where the value comes from; absent without a value.</summary>
    public Provenance? Provenance { get; init; }

    /// <summary>The file, call or rule that was asked, as /proc/cpuinfo or TDH.SYS.RD.</summary>
    [Required]
    public string Source { get; init; } = "";

    /// <summary>Why there is no value; absent where there is one.</summary>
    public string? Reason { get; init; }

    /// <summary>What a person can do about it; absent where there is a value or nothing can be done.</summary>
    public string? Remedy { get; init; }

    /// <summary>The same of a reading of the domain.</summary>
    private protected T Filled<T>(IReading reading)
        where T : ReadingFacts => (T)this with
        {
            State = reading.State,
            Provenance = reading.State == ReadingState.Known ? reading.Provenance : null,
            Source = reading.Source,
            Reason = reading.Reason.Length > 0 ? reading.Reason : null,
            Remedy = reading.Remedy.Length > 0 ? reading.Remedy : null,
        };
}

/// <summary>A text.</summary>
public sealed record TextReading : ReadingFacts
{
    /// <summary>The text.</summary>
    public string? Value { get; init; }

    internal static TextReading Of<T>(Reading<T> reading, Func<T, string> text) => new TextReading { Value = reading.TryGet(out T? value) ? text(value) : null }.Filled<TextReading>(reading);

    internal static TextReading Of(Reading<string> reading) => Of(reading, text => text);
}

/// <summary>A whole number.</summary>
public sealed record NumberReading : ReadingFacts
{
    /// <summary>The number.</summary>
    public long? Value { get; init; }

    internal static NumberReading Of<T>(Reading<T> reading, Func<T, long> number) => new NumberReading { Value = reading.TryGet(out T? value) ? number(value) : null }.Filled<NumberReading>(reading);

    internal static NumberReading Of(Reading<int> reading) => Of(reading, number => number);

    internal static NumberReading Of(Reading<long> reading) => Of(reading, number => number);
}

/// <summary>A size.</summary>
public sealed record BytesReading : ReadingFacts
{
    /// <summary>The size in bytes, never more than 2^53.</summary>
    public long? Value { get; init; }

    internal static BytesReading Of(Reading<Tdx.Memory.ByteSize> reading) => new BytesReading { Value = reading.TryGet(out Tdx.Memory.ByteSize size) ? (long)size.Bytes : null }.Filled<BytesReading>(reading);
}

/// <summary>A truth.</summary>
public sealed record FlagReading : ReadingFacts
{
    /// <summary>The truth.</summary>
    public bool? Value { get; init; }

    internal static FlagReading Of(Reading<bool> reading) => new FlagReading { Value = reading.TryGet(out bool value) ? value : null }.Filled<FlagReading>(reading);
}

/// <summary>A bit pattern of up to 64 bits.</summary>
public sealed record HexReading : ReadingFacts
{
    /// <summary>0x and lower-case hexadecimal digits: a JSON number would lose bits above 2^53.</summary>
    public string? Value { get; init; }

    internal static HexReading Of(Reading<ulong> reading) => new HexReading { Value = reading.TryGet(out ulong value) ? Tdx.Memory.Hex.Plain(value) : null }.Filled<HexReading>(reading);

    internal static HexReading Of(Reading<uint> reading) => Of(reading.Map(value => (ulong)value));
}

/// <summary>Some lines.</summary>
public sealed record LinesReading : ReadingFacts
{
    /// <summary>The lines, oldest first where they are of a log.</summary>
    public IReadOnlyList<string>? Value { get; init; }

    internal static LinesReading Of(Reading<IReadOnlyList<string>> reading) => new LinesReading { Value = reading.Or(null) }.Filled<LinesReading>(reading);
}
