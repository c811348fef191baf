using System.Globalization;

namespace TdxDash.Tdx.KernelLog;

/// <summary>Follows the sequence numbers of <c>/dev/kmsg</c> records: the kernel numbers them from 0 at boot without a gap
/// (Documentation/ABI/testing/dev-kmsg), so a number that is missing is a record that was overwritten before it was read.</summary>
public sealed class RecordNumbers
{
    /// <summary>The most characters of a record before its text, <c>6,1234,567890,-;</c>, with room for the fields that may be added.</summary>
    public const int MaxHeaderLength = 512;

    /// <summary>The number of the first record seen; null before it.</summary>
    public ulong? First { get; private set; }

    /// <summary>The number of the last record seen; null before it.</summary>
    public ulong? Last { get; private set; }

    /// <summary>Records that are missing between the first and the last one.</summary>
    public ulong Missing { get; private set; }

    /// <summary>Whether the log begins behind its first record: older ones were overwritten.</summary>
    public bool LacksBeginning => First > 0;

    /// <summary>The numbers of a whole text, as reading <c>/dev/kmsg</c> to its end gives it. A log in another form has none.</summary>
    public static RecordNumbers Of(string log)
    {
        ArgumentNullException.ThrowIfNull(log);
        var numbers = new RecordNumbers();
        numbers.AddAll(log);
        return numbers;
    }

    /// <summary>Takes the records of a piece of log.</summary>
    public void AddAll(ReadOnlySpan<char> log)
    {
        foreach (Range line in log.Split('\n'))
        {
            Add(log[line]);
        }
    }

    // A number below the last one begins another log, as in files that were put together.
    private void Add(ReadOnlySpan<char> line)
    {
        if (!TryNumber(line, out ulong number))
        {
            return;
        }

        First ??= number;
        Missing += Last is { } last && number > last + 1 ? number - last - 1 : 0;
        Last = number;
    }

    // Continuation lines, which hold a record's properties, begin with a blank.
    private static bool TryNumber(ReadOnlySpan<char> line, out ulong number)
    {
        number = 0;
        int end = line.Length > 0 && char.IsAsciiDigit(line[0]) ? line[..Math.Min(line.Length, MaxHeaderLength)].IndexOf(';') : -1;
        if (end < 0)
        {
            return false;
        }

        ReadOnlySpan<char> header = line[..end];
        int first = header.IndexOf(','), second = first < 0 ? -1 : header[(first + 1)..].IndexOf(',');
        return second > 0 && header.Count(',') >= 3
            && ulong.TryParse(header.Slice(first + 1, second), NumberStyles.None, CultureInfo.InvariantCulture, out number)
            && number < ulong.MaxValue;
    }
}
