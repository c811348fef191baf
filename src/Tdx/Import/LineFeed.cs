using System.Text;

namespace TdxDash.Tdx.Import;

/// <summary>Takes one line of a text.</summary>
internal delegate void LineTaker(long number, ReadOnlySpan<char> line);

/// <summary>Turns bytes that come in any pieces into lines. It holds one block and one line, however long text and lines are.</summary>
/// <param name="take">Called for each line.</param>
internal sealed class LineFeed(LineTaker take)
{
    /// <summary>The most characters that are kept of a line.</summary>
    public const int MaxLineLength = 8_704;

    private const int BlockLength = 16_384;
    private readonly char[] _block = new char[BlockLength];
    private readonly StringBuilder _partial = new();
    private Decoder? _decoder;
    private bool _cut;

    /// <summary>The lines so far.</summary>
    public long Lines { get; private set; }

    /// <summary>The lines that were longer than <see cref="MaxLineLength"/>.</summary>
    public long LongLines { get; private set; }

    /// <summary>Takes the next bytes; the first ones decide the encoding: UTF-8, or UTF-16 by its byte-order mark.</summary>
    public void Feed(ReadOnlySpan<byte> bytes)
    {
        if (_decoder is null)
        {
            _decoder = DecoderFor(bytes, out int mark);
            bytes = bytes[mark..];
        }

        while (!bytes.IsEmpty)
        {
            _decoder.Convert(bytes, _block, flush: false, out int used, out int made, out _);
            bytes = bytes[used..];
            Split(_block.AsSpan(0, made));
        }
    }

    /// <summary>Takes what is left as the last line.</summary>
    public void End()
    {
        if (_decoder is not null)
        {
            _decoder.Convert([], _block, flush: true, out _, out int made, out _);
            Split(_block.AsSpan(0, made));
        }

        if (_partial.Length > 0)
        {
            Emit([]);
        }
    }

    private static Decoder DecoderFor(ReadOnlySpan<byte> first, out int mark)
    {
        foreach (Encoding encoding in (ReadOnlySpan<Encoding>)[Encoding.Unicode, Encoding.BigEndianUnicode, Encoding.UTF8])
        {
            if (first.StartsWith(encoding.Preamble))
            {
                mark = encoding.Preamble.Length;
                return encoding.GetDecoder();
            }
        }

        mark = 0;
        return Encoding.UTF8.GetDecoder();
    }

    private void Split(ReadOnlySpan<char> rest)
    {
        for (int end = rest.IndexOf('\n'); end >= 0; end = rest.IndexOf('\n'))
        {
            Emit(rest[..end]);
            rest = rest[(end + 1)..];
        }

        Keep(rest);
    }

    private void Keep(ReadOnlySpan<char> part)
    {
        int room = MaxLineLength - _partial.Length;
        _cut |= part.Length > room;
        _partial.Append(part.Length > room ? part[..room] : part);
    }

    // A line that lies in one block is handed on as it lies there.
    private void Emit(ReadOnlySpan<char> end)
    {
        Lines++;
        if (_partial.Length == 0 && end.Length <= MaxLineLength)
        {
            take(Lines, end.TrimEnd('\r'));
        }
        else
        {
            Keep(end);
            take(Lines, _partial.ToString().AsSpan().TrimEnd('\r'));
        }

        LongLines += _cut ? 1 : 0;
        _cut = false;
        _partial.Clear();
    }
}
