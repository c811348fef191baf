using System.Globalization;
using TdxDash.Tdx.Snapshots;

namespace TdxDash.Web.Components.Compare;

/// <summary>A reading's value in a few words.</summary>
internal static class ReadingText
{
    private const int MaxLength = 120;

    public static string Of(IReading reading) => reading switch
    {
        { State: ReadingState.NotOffered } => "not offered",
        { State: ReadingState.Unreadable } => "not readable",
        Reading<string> text => Cut(text.Value),
        Reading<bool> truth => truth.Value ? "true" : "false",
        Reading<int> number => number.Value.ToString(CultureInfo.InvariantCulture),
        Reading<long> number => number.Value.ToString(CultureInfo.InvariantCulture),
        Reading<ulong> bits => Tdx.Memory.Hex.Plain(bits.Value),
        Reading<CpuFacts> cpu => Cut(cpu.Value.ModelName),
        // Lists are told by their length: what is in them stands on the host's own pages.
        Reading<IReadOnlyList<string>> list => Entries(list.Value.Count),
        Reading<IReadOnlyList<Tdx.Memory.MemoryBlock>> list => Entries(list.Value.Count),
        Reading<IReadOnlyList<NumaNode>> list => Entries(list.Value.Count),
        Reading<IReadOnlyList<FirmwareRange>> list => Entries(list.Value.Count),
        Reading<IReadOnlyList<MetadataValue>> list => Entries(list.Value.Count),
        _ => "the same",
    };

    private static string Entries(int count) => string.Create(CultureInfo.InvariantCulture, $"{count} entries");

    private static string Cut(string text) => text.Length <= MaxLength ? text : text[..MaxLength] + "…";
}
