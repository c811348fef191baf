namespace TdxDash.Tdx.KernelLog;

/// <summary>Collects the lines of a kernel log that speak of TDX, without time stamps, bounded in number and length.</summary>
public sealed class KernelLogLines
{
    /// <summary>The most lines that are kept.</summary>
    public const int MaxLines = 2_000;

    /// <summary>The most characters that are kept of a line.</summary>
    public const int MaxLineLength = 8_192;

    // Header of a journal or kmsg record before the text.
    private const int MaxHeaderLength = 512;
    private const int Half = MaxLines / 2;
    private const string MachineCheck = "TDX private memory error";

    private static readonly string[] TdxPrefixes = ["virt/tdx: ", "tdx: ", "seamldr: ", "tdx_host ", "tdx_host: ", "tdx-host ", "x86/tme: ", "x86/mktme: "];
    private static readonly string[] SharedPrefixes = ["kvm_intel: ", "kvm: ", "kvm-intel: ", "kexec: ", "TDX requires "];

    private readonly List<string> _first = [];
    private readonly Queue<string> _last = new();

    /// <summary>Cuts what stands before the kernel's own text: priority (<c>&lt;6&gt;</c>), <c>/dev/kmsg</c> fields, facility words of
    /// <c>dmesg -x</c>, journal date and host, and time stamps in brackets.</summary>
    public static ReadOnlySpan<char> TextOf(ReadOnlySpan<char> line)
    {
        ReadOnlySpan<char> text = AfterBrackets(AfterDate(AfterJournal(AfterFacility(AfterKmsg(AfterPriority(line.TrimEnd('\r')))))));
        return text.TrimEnd();
    }

    /// <summary>Takes one line; keeps it if it speaks of TDX.</summary>
    /// <returns>Whether it does.</returns>
    public bool Add(ReadOnlySpan<char> line)
    {
        ReadOnlySpan<char> head = line.Length > MaxHeaderLength + MaxLineLength ? line[..(MaxHeaderLength + MaxLineLength)] : line;
        ReadOnlySpan<char> text = TextOf(head);
        if (!SpeaksOfTdx(text))
        {
            return false;
        }

        string kept = Printable(text.Length > MaxLineLength ? text[..MaxLineLength] : text);
        if (_first.Count < Half)
        {
            _first.Add(kept);
            return true;
        }

        if (_last.Count == Half)
        {
            _last.Dequeue();
        }

        _last.Enqueue(kept);
        return true;
    }

    /// <summary>Takes every line of a text, holding one block and one line of it at a time, however long its lines are.</summary>
    public void AddAll(TextReader text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var block = new char[16_384];
        var line = new System.Text.StringBuilder();
        for (int length = text.ReadBlock(block); length > 0; length = text.ReadBlock(block))
        {
            ReadOnlySpan<char> rest = block.AsSpan(0, length);
            for (int end = rest.IndexOf('\n'); end >= 0; end = rest.IndexOf('\n'))
            {
                Append(line, rest[..end]);
                Add(line.ToString());
                line.Clear();
                rest = rest[(end + 1)..];
            }

            Append(line, rest);
        }

        Add(line.ToString());
    }

    /// <summary>The kept lines, oldest first.</summary>
    public IReadOnlyList<string> ToList() => [.. _first, .. _last];

    private static void Append(System.Text.StringBuilder line, ReadOnlySpan<char> part)
    {
        int room = MaxHeaderLength + MaxLineLength - line.Length;
        line.Append(part.Length > room ? part[..room] : part);
    }

    private static bool SpeaksOfTdx(ReadOnlySpan<char> text) =>
        StartsWithAny(text, TdxPrefixes)
        || (StartsWithAny(text, SharedPrefixes) && text.Contains("tdx", StringComparison.OrdinalIgnoreCase))
        || text.Contains(MachineCheck, StringComparison.Ordinal);

    private static bool StartsWithAny(ReadOnlySpan<char> text, string[] prefixes)
    {
        foreach (string prefix in prefixes)
        {
            if (text.StartsWith(prefix, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }

    private static ReadOnlySpan<char> AfterPriority(ReadOnlySpan<char> line)
    {
        int end = line.Length > 0 && line[0] == '<' ? line[..Math.Min(line.Length, 6)].IndexOf('>') : -1;
        return end > 1 && IsAll(line[1..end], "0123456789") ? line[(end + 1)..] : line;
    }

    // "6,1234,567890,-;text" (Documentation/ABI/testing/dev-kmsg).
    private static ReadOnlySpan<char> AfterKmsg(ReadOnlySpan<char> line)
    {
        int end = line.Length > 0 && char.IsAsciiDigit(line[0]) ? line[..Math.Min(line.Length, MaxHeaderLength)].IndexOf(';') : -1;
        return end > 0 && line[..end].Count(',') >= 3 ? line[(end + 1)..] : line;
    }

    private static ReadOnlySpan<char> AfterFacility(ReadOnlySpan<char> line)
    {
        if (!line.StartsWith("kern ", StringComparison.Ordinal))
        {
            return line;
        }

        int facility = line.IndexOf(':');
        int level = facility < 0 ? -1 : line[(facility + 1)..].IndexOf(':');
        return level < 0 ? line : line[(facility + level + 2)..].TrimStart();
    }

    // "Mar 21 09:40:00 host kernel: text", also with ISO or monotonic time: the first ": " of the line follows the word kernel.
    private static ReadOnlySpan<char> AfterJournal(ReadOnlySpan<char> line)
    {
        const string mark = " kernel: ";
        int end = line[..Math.Min(line.Length, MaxHeaderLength)].IndexOf(": ", StringComparison.Ordinal);
        return end >= 0 && line[..(end + 2)].EndsWith(mark, StringComparison.Ordinal) ? line[(end + 2)..] : line;
    }

    // "2023-03-21T09:40:00,123456+00:00 text", as dmesg --time-format iso prints it.
    private static ReadOnlySpan<char> AfterDate(ReadOnlySpan<char> line)
    {
        int end = line.Length > 20 && line[4] == '-' && line[7] == '-' && line[10] == 'T' && char.IsAsciiDigit(line[0]) ? line[..Math.Min(line.Length, 48)].IndexOf(' ') : -1;
        return end > 0 ? line[(end + 1)..] : line;
    }

    // "[    1.630945] ", "[Tue Mar 21 09:40:00 2023] ", "[    1.630945][    T1] ".
    private static ReadOnlySpan<char> AfterBrackets(ReadOnlySpan<char> line)
    {
        ReadOnlySpan<char> rest = line;
        while (rest.Length > 0 && rest[0] == '[')
        {
            int end = rest[..Math.Min(rest.Length, 64)].IndexOf(']');
            if (end < 0)
            {
                return line;
            }

            rest = rest[(end + 1)..].TrimStart(' ');
        }

        return rest;
    }

    private static bool IsAll(ReadOnlySpan<char> text, string allowed) => text.IndexOfAnyExcept(allowed) < 0;

    // A log can carry anything; what is kept is fit for a terminal, a page and a canonical form.
    private static string Printable(ReadOnlySpan<char> text)
    {
        char[] kept = text.ToArray();
        for (int i = 0; i < kept.Length; i++)
        {
            bool pair = i + 1 < kept.Length && char.IsSurrogatePair(kept[i], kept[i + 1]);
            if (pair)
            {
                i++;
            }
            else if (char.IsControl(kept[i]) || char.IsSurrogate(kept[i]))
            {
                kept[i] = '\uFFFD';
            }
        }

        return new string(kept);
    }
}
