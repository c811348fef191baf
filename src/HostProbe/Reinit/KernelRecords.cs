using System.Globalization;
using TdxDash.HostProbe.Host;
using TdxDash.Tdx.KernelLog;

namespace TdxDash.HostProbe.Reinit;

/// <summary>One record of the kernel log that speaks of TDX.</summary>
/// <param name="Text">The line, without what stands before it.</param>
/// <param name="SinceBoot">When it was logged, after the boot; null where the log does not tell.</param>
internal readonly record struct KernelRecord(string Text, TimeSpan? SinceBoot);

/// <summary>Takes the lines about TDX out of pieces of a kernel log, each record once.</summary>
internal sealed class KernelRecords(ulong? mark)
{
    private const int MaxCut = 16 << 10;

    private string _cut = "";

    /// <summary>The number of the last record that was looked at; null where the log has no numbers.</summary>
    public ulong? Mark { get; private set; } = mark;

    /// <summary>Takes a whole log, whose last line may lack its end.</summary>
    public IReadOnlyList<KernelRecord> TakeAll(string log) => Take(log.EndsWith('\n') || log.Length == 0 ? log : log + "\n");

    /// <summary>Takes a piece, which may end within a line.</summary>
    public IReadOnlyList<KernelRecord> Take(string piece)
    {
        string whole = _cut + piece;
        int end = whole.LastIndexOf('\n') + 1;
        _cut = whole.Length - end <= MaxCut ? whole[end..] : "";
        var found = new List<KernelRecord>();
        foreach (ReadOnlySpan<char> line in whole.AsSpan(0, end).EnumerateLines())
        {
            Take(line, found);
        }

        return found;
    }

    private void Take(ReadOnlySpan<char> line, List<KernelRecord> found)
    {
        (ulong Number, ulong Microseconds)? header = Header(line);
        if (header is { } known)
        {
            if (Mark is { } last && known.Number <= last)
            {
                return;
            }

            Mark = known.Number;
        }

        if (line.Length > 0 && KernelLogFacts.TdxLines([line.ToString()]) is [var text])
        {
            found.Add(new KernelRecord(text, header is { } stamped && stamped.Microseconds < long.MaxValue / 10 ? TimeSpan.FromMicroseconds(stamped.Microseconds) : null));
        }
    }

    // "6,1234,567890,-;text" (Documentation/ABI/testing/dev-kmsg): priority, number, microseconds.
    private static (ulong Number, ulong Microseconds)? Header(ReadOnlySpan<char> line)
    {
        int end = line.Length > 0 && char.IsAsciiDigit(line[0]) ? line[..Math.Min(line.Length, RecordNumbers.MaxHeaderLength)].IndexOf(';') : -1;
        if (end < 0)
        {
            return null;
        }

        string[] fields = line[..end].ToString().Split(',');
        return fields.Length >= 4 && ulong.TryParse(fields[1], NumberStyles.None, CultureInfo.InvariantCulture, out ulong number)
            && ulong.TryParse(fields[2], NumberStyles.None, CultureInfo.InvariantCulture, out ulong microseconds) ? (number, microseconds) : null;
    }
}
