using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using TdxDash.Tdx.Memory;

namespace TdxDash.Tdx.Snapshots.Canonical;

/// <summary>Reads the one element that a reader stands on.</summary>
internal delegate T ReadElement<out T>(ref CanonicalReader reader);

/// <summary>Reads JSON that has no other form than the one that is written. The first byte that is not what the writer would have put
/// there ends the reading: what comes after gives default values, and <see cref="IsComplete"/> stays false.</summary>
internal ref struct CanonicalReader(ReadOnlySpan<byte> bytes)
{
    /// <summary>Digits of 64 bits.</summary>
    private const int MaxDigits = 16;

    /// <summary>Characters of a date.</summary>
    private const int DateLength = 10;

    // Asked of the encoder itself, so that there is one truth about what it leaves as it is.
    private static readonly SearchValues<byte> Plain =
        SearchValues.Create([.. Enumerable.Range(0, 128).Where(c => !JavaScriptEncoder.Default.WillEncode(c)).Select(c => (byte)c)]);

    private ReadOnlySpan<byte> _rest = bytes;

    /// <summary>Whether the bytes were not what the writer would have put there.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>Whether everything was read, and was as it has to be.</summary>
    public readonly bool IsComplete => !IsBroken && _rest.IsEmpty;

    /// <summary>Passes over bytes that have to be there.</summary>
    public void Expect(ReadOnlySpan<byte> bytes)
    {
        if (!TryTake(bytes))
        {
            Break();
        }
    }

    /// <summary>Passes over bytes if they are there.</summary>
    public bool TryTake(ReadOnlySpan<byte> bytes)
    {
        bool isThere = _rest.StartsWith(bytes);
        if (isThere)
        {
            _rest = _rest[bytes.Length..];
        }

        return isThere;
    }

    /// <summary>Reads a text.</summary>
    public string Text()
    {
        Expect("\""u8);
        int length = _rest.IndexOfAnyExcept(Plain);
        if (length >= 0 && _rest[length] == (byte)'"')
        {
            string text = Encoding.ASCII.GetString(_rest[..length]);
            _rest = _rest[(length + 1)..];
            return text;
        }

        return length >= 0 && _rest[length] == (byte)'\\' ? EscapedText() : Fail("");
    }

    /// <summary>Reads an array of texts.</summary>
    public IReadOnlyList<string> Texts() => List(static (ref CanonicalReader reader) => reader.Text());

    /// <summary>Reads the word of an enumeration.</summary>
    public T Word<T>()
        where T : struct, Enum
    {
        foreach ((T value, byte[] word) in WordConverter<T>.Quoted)
        {
            if (TryTake(word))
            {
                return value;
            }
        }

        return Fail(default(T));
    }

    /// <summary>Reads a truth value.</summary>
    public bool Bool()
    {
        bool isTrue = TryTake("true"u8);
        if (!isTrue)
        {
            Expect("false"u8);
        }

        return isTrue;
    }

    /// <summary>Reads a JSON number without fraction.</summary>
    public long Number(long least = long.MinValue, long most = long.MaxValue)
    {
        if (!Utf8Parser.TryParse(_rest, out long value, out int length) || value < least || value > most)
        {
            return Fail(0L);
        }

        // A sign or zeros in front are other forms of the same number.
        ReadOnlySpan<byte> digits = value < 0 ? _rest[1..length] : _rest[..length];
        if (!char.IsAsciiDigit((char)digits[0]) || (digits[0] == (byte)'0' && (digits.Length > 1 || value < 0)))
        {
            return Fail(0L);
        }

        _rest = _rest[length..];
        return value;
    }

    /// <summary>Reads a JSON number of 32 bits.</summary>
    public int Int() => (int)Number(int.MinValue, int.MaxValue);

    /// <summary>Reads a JSON number of 16 bits without sign.</summary>
    public ushort Short() => (ushort)Number(0, ushort.MaxValue);

    /// <summary>Reads a hexadecimal text without padding.</summary>
    public ulong Hex(ulong most = ulong.MaxValue)
    {
        Expect("\"0x"u8);
        ulong value = Digits(out int length);
        bool isPadded = length == 0 || (length > 1 && _rest[0] == (byte)'0');
        return EndHex(value, length, !isPadded && value <= most);
    }

    /// <summary>Reads a hexadecimal text of all sixteen digits.</summary>
    public ulong PaddedHex()
    {
        Expect("\"0x"u8);
        ulong value = Digits(out int length);
        return EndHex(value, length, length == MaxDigits);
    }

    /// <summary>Reads a range.</summary>
    public AddressRange Range()
    {
        Expect("["u8);
        ulong start = Hex();
        Expect(","u8);
        ulong end = Hex(PhysAddr.MaxValue);
        Expect("]"u8);
        return start < end ? new AddressRange(start, end) : Fail(default(AddressRange));
    }

    /// <summary>Reads a date.</summary>
    public DateOnly Date()
    {
        string text = Text();
        return text.Length == DateLength && DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly date) ? date : Fail(default(DateOnly));
    }

    /// <summary>Reads an array.</summary>
    public IReadOnlyList<T> List<T>(ReadElement<T> element)
    {
        Expect("["u8);
        if (TryTake("]"u8))
        {
            return [];
        }

        T first = element(ref this);
        if (TryTake("]"u8))
        {
            return [first];
        }

        var list = new List<T> { first };
        while (!IsBroken && TryTake(","u8))
        {
            list.Add(element(ref this));
        }

        Expect("]"u8);
        return list;
    }

    /// <summary>Reads a reading.</summary>
    public Reading<T> Reading<T>(ReadElement<T> element)
    {
        if (TryTake("{\"value\":"u8))
        {
            T value = element(ref this);
            Expect(",\"provenance\":"u8);
            Provenance provenance = Word<Provenance>();
            return Snapshots.Reading.Known(value, provenance, Source());
        }

        if (TryTake("{\"notOffered\":"u8))
        {
            string missing = Text();
            return Snapshots.Reading.NotOffered<T>(Source(), missing);
        }

        Expect("{\"unreadable\":"u8);
        string reason = Text();
        Expect(",\"remedy\":"u8);
        string remedy = Text();
        return Snapshots.Reading.Unreadable<T>(Source(), reason, remedy);
    }

    private string Source()
    {
        Expect(",\"source\":"u8);
        string source = SourceNames.Shared.Of(Text());
        Expect("}"u8);
        return source;
    }

    private readonly ulong Digits(out int length)
    {
        ulong value = 0;
        for (length = 0; length < _rest.Length && length <= MaxDigits; length++)
        {
            int c = _rest[length];
            int digit = c is >= '0' and <= '9' ? c - '0' : c is >= 'a' and <= 'f' ? c - 'a' + 10 : -1;
            if (digit < 0)
            {
                break;
            }

            value = (value << 4) | (uint)digit;
        }

        return value;
    }

    private ulong EndHex(ulong value, int length, bool holds)
    {
        if (!holds || length > MaxDigits)
        {
            return Fail(0UL);
        }

        _rest = _rest[length..];
        Expect("\""u8);
        return value;
    }

    // Whatever it says, it has to be what the writer's encoder makes of it.
    private string EscapedText()
    {
        int end = _rest.IndexOf((byte)'"');
        if (end < 0 || !TryUnescape(_rest[..end], out string text) || !Ascii.Equals(_rest[..end], JavaScriptEncoder.Default.Encode(text)))
        {
            return Fail("");
        }

        _rest = _rest[(end + 1)..];
        return text;
    }

    // A quotation mark is written as a number, so that none of those inside stands behind a backslash.
    private static bool TryUnescape(ReadOnlySpan<byte> escaped, out string text)
    {
        const int NumberLength = 6;
        var plain = new StringBuilder(escaped.Length);
        text = "";
        while (!escaped.IsEmpty)
        {
            int run = escaped.IndexOf((byte)'\\');
            run = run < 0 ? escaped.Length : run;
            plain.Append(Encoding.Latin1.GetString(escaped[..run]));
            escaped = escaped[run..];
            if (escaped.Length == 0)
            {
                break;
            }

            ushort number = 0;
            bool isNumber = escaped.Length >= NumberLength && escaped[1] == (byte)'u'
                && ushort.TryParse(escaped[2..NumberLength], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out number);
            int letter = escaped.Length > 1 ? "\\bfnrt"u8.IndexOf(escaped[1]) : -1;
            if (!isNumber && letter < 0)
            {
                return false;
            }

            plain.Append(isNumber ? (char)number : "\\\b\f\n\r\t"[letter]);
            escaped = escaped[(isNumber ? NumberLength : 2)..];
        }

        text = plain.ToString();
        return true;
    }

    private T Fail<T>(T fallback)
    {
        Break();
        return fallback;
    }

    private void Break()
    {
        IsBroken = true;
        _rest = default;
    }
}
