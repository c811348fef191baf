using TdxDash.Tdx.Snapshots;
using TdxDash.Web.Security;

namespace TdxDash.Web.Store.History;

/// <summary>Writes the parts of a digest: numbers with 7 bits a byte, texts as ids and no longer than a page shows them.</summary>
internal sealed class DigestWriter(Func<string, long> idOf)
{
    private readonly List<byte> _bytes = new(128);

    public void Number(ulong value)
    {
        while (value >= 0x80)
        {
            _bytes.Add((byte)(value | 0x80));
            value >>= 7;
        }

        _bytes.Add((byte)value);
    }

    public void Text(string text) => Number((ulong)idOf(ShownText.Limit(text, ShownText.MaxSentence)));

    public void Reading<T>(Reading<T> reading, Action<DigestWriter, T> write)
    {
        Number((ulong)reading.State);
        Text(reading.Source);
        if (reading.TryGet(out T? value))
        {
            Number((ulong)reading.Provenance);
            write(this, value);
        }
        else
        {
            Text(reading.Reason);
            Text(reading.Remedy);
        }
    }

    public byte[] ToArray() => [.. _bytes];
}

/// <summary>Reads what <see cref="DigestWriter"/> wrote.</summary>
/// <exception cref="InvalidDataException">From every member: the bytes are no digest.</exception>
internal sealed class DigestReader(byte[] bytes, Func<long, string> textOf)
{
    private int _at;

    public ulong Number()
    {
        ulong value = 0;
        for (int shift = 0; shift < 64; shift += 7)
        {
            if (_at == bytes.Length)
            {
                break;
            }

            byte part = bytes[_at++];
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80)
            {
                return value;
            }
        }

        throw new InvalidDataException("A number of a digest has no end.");
    }

    public int Int() => Number() is var value and <= int.MaxValue ? (int)value : throw new InvalidDataException("A number of a digest is too large.");

    public T Word<T>()
        where T : struct, Enum
    {
        T word = (T)Enum.ToObject(typeof(T), Int());
        return Enum.IsDefined(word) ? word : throw new InvalidDataException($"A digest has no {typeof(T).Name} {word}.");
    }

    public string Text() => textOf(Int());

    public Reading<T> Reading<T>(Func<DigestReader, T> read)
    {
        ReadingState state = Word<ReadingState>();
        string source = Text();
        return state switch
        {
            ReadingState.Known => Known(Word<Provenance>(), source, read),
            ReadingState.NotOffered => NotOffered<T>(source),
            _ => Tdx.Snapshots.Reading.Unreadable<T>(source, Text(), Text()),
        };
    }

    private Reading<T> Known<T>(Provenance provenance, string source, Func<DigestReader, T> read) => Tdx.Snapshots.Reading.Known(read(this), provenance, source);

    private Reading<T> NotOffered<T>(string source)
    {
        string reason = Text();
        Text();
        return Tdx.Snapshots.Reading.NotOffered<T>(source, reason);
    }
}
