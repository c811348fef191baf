using System.Globalization;
using TdxDash.Tdx.KernelLog;

namespace TdxDash.Tdx.Import;

/// <summary>Understands a text that somebody took from a host: a kernel log of any time-stamp style, the journal, canonical/tdx's
/// <c>system-report</c>, copies of <c>/proc/iomem</c> and of memblock's list, or any mix, whatever stands around them. It takes the text in
/// pieces and never holds more than the result and one line.</summary>
public sealed class ImportReader
{
    // What is looked at before the first line, to tell a text from a file of another kind.
    private const int HeadLength = 512;
    private const string Wanted = "Give a kernel log (dmesg, or journalctl -k), the output of canonical/tdx's system-report.sh, a copy of /proc/iomem made as root, or several of them in one file.";

    private readonly KernelLogPart _log = new();
    private readonly BootPart _boot = new();
    private readonly E820Part _e820 = new();
    private readonly NodePart _nodes = new();
    private readonly IomemPart _iomem = new();
    private readonly MemblockPart _memblock = new();
    private readonly AttributesPart _attributes = new();
    private readonly ReportPart _report = new();
    private readonly ImportPart[] _parts, _ofOneBoot;
    private readonly LineFeed _lines;
    private readonly byte[] _head = new byte[HeadLength];
    private int _headLength;
    private string? _refusal;
    private bool _begun, _finished;

    /// <summary>Makes a reader for one text.</summary>
    public ImportReader()
    {
        // The report first: it knows where a log in it repeats itself.
        _parts = [_report, _log, _boot, _e820, _nodes, _iomem, _memblock, _attributes];
        _ofOneBoot = [_log, _boot, _e820, _nodes];
        _lines = new LineFeed(Take);
    }

    /// <summary>Whether the bytes so far cannot be those of a text: there is no need to go on.</summary>
    public bool IsRefused => _refusal is not null;

    /// <summary>Takes the next bytes of the text.</summary>
    public void Feed(ReadOnlySpan<byte> bytes)
    {
        if (!_begun)
        {
            int more = Math.Min(bytes.Length, HeadLength - _headLength);
            bytes[..more].CopyTo(_head.AsSpan(_headLength));
            _headLength += more;
            bytes = bytes[more..];
            if (_headLength < HeadLength)
            {
                return;
            }

            Begin();
        }

        if (_refusal is null)
        {
            _lines.Feed(bytes);
        }
    }

    /// <summary>Ends the text and makes the result; once.</summary>
    /// <exception cref="InvalidOperationException">It was ended before.</exception>
    public ImportResult Finish()
    {
        if (_finished)
        {
            throw new InvalidOperationException("The text was ended before: make a new reader for the next one.");
        }

        _finished = true;
        if (!_begun)
        {
            Begin();
        }

        if (_refusal is not null)
        {
            return new ImportResult(null, _refusal, [], [], 0, 0);
        }

        _lines.End();
        _iomem.Finish();
        _memblock.Finish();
        _attributes.Finish();
        ImportSection[] sections = [.. _parts.Select(part => part.Section).OfType<ImportSection>().OrderBy(section => section.FirstLine)];
        long used = _parts.Sum(part => part.Used);
        return used == 0
            ? new ImportResult(null, $"Nothing in the text speaks of TDX or of memory ({Count(_lines.Lines, "line")}). {Wanted}", sections, Notes([]), _lines.Lines, 0)
            : Understood(sections, used);
    }

    /// <summary>Understands a whole text at once.</summary>
    public static ImportResult Read(string text)
    {
        var reader = new ImportReader();
        reader.Feed(System.Text.Encoding.UTF8.GetBytes(text));
        return reader.Finish();
    }

    private void Begin()
    {
        _begun = true;
        ReadOnlySpan<byte> head = _head.AsSpan(0, _headLength);
        _refusal = ImportRefusal.Of(head);
        if (_refusal is null)
        {
            _lines.Feed(head);
        }
    }

    private ImportResult Understood(ImportSection[] sections, long used)
    {
        ImportedMemory memory = ImportedMemory.Of(_memblock, _nodes, _iomem, _e820);
        var snapshot = ImportedSnapshot.Of(memory, _log, _boot, _attributes, _report);
        return new ImportResult(snapshot, null, sections, Notes(memory.Notes), _lines.Lines, used);
    }

    private void Take(long number, ReadOnlySpan<char> line)
    {
        // A quoted paste has marks before its lines.
        ReadOnlySpan<char> raw = line.StartsWith("> ", StringComparison.Ordinal) ? line[2..] : line;
        ReadOnlySpan<char> text = KernelLogLines.TextOf(raw).TrimStart(' ');
        if (text.IsEmpty)
        {
            return;
        }

        // Before the report drops a repeated line: what it remembers is not of another boot.
        if (BootPart.BeginsBoot(text) && _boot.Boots > 0 && !_report.IsRepeat(raw))
        {
            foreach (ImportPart part in _ofOneBoot)
            {
                part.StartOver();
            }
        }

        foreach (ImportPart part in _parts)
        {
            if (part.Take(number, raw, text))
            {
                return;
            }
        }
    }

    private List<string> Notes(IReadOnlyList<string> ofMemory)
    {
        var notes = new List<string>(ofMemory);
        if (_boot.Boots > 1)
        {
            notes.Add(string.Create(CultureInfo.InvariantCulture, $"The log has {_boot.Boots} boots: the last one counts."));
        }

        if (_lines.LongLines > 0)
        {
            notes.Add($"{Count(_lines.LongLines, "line")} longer than {LineFeed.MaxLineLength.ToString("#,0", CultureInfo.InvariantCulture)} characters: the rest of each was cut.");
        }

        return notes;
    }

    private static string Count(long count, string noun) => string.Create(CultureInfo.InvariantCulture, $"{count:#,0} {noun}{(count == 1 ? "" : "s")}");
}
