using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace TdxDash.Fuzz.Engine;

/// <summary>Makes new inputs out of known ones. The same random numbers make the same inputs.</summary>
internal sealed class Mutator(Random random, int maxLength)
{
    private static readonly ulong[] Interesting =
    [
        0, 1, 2, 7, 8, 15, 16, 31, 32, 63, 64, 127, 128, 255, 256, 511, 512, 1023, 1024, 4095, 4096, 65_535, 65_536, 1 << 20, 1 << 24, int.MaxValue, 1UL << 31,
        uint.MaxValue, 1UL << 32, (1UL << 46) - 1, 1UL << 51, (1UL << 52) - 1, 1UL << 52, (1UL << 53) + 1, long.MaxValue, 1UL << 63, ulong.MaxValue,
    ];

    private static readonly string[] Tokens =
    [
        "0x", "-", "..", ":", " : ", "x", "\n", "\r\n", "\t", " ", "  ", "", "\0", "\u0085", "\u2028", "é", "\\ud800", "\"", "null", "[]", "{}", "true", ",", "NaN", "-1",
        "0x10000000000000000", "18446744073709551616", "1e400", "00000000000000000000000000", "System RAM", "\u001b[31m",
    ];

    public byte[] Next(IReadOnlyList<byte[]> corpus)
    {
        byte[] input = Pick(corpus);
        for (int count = 1 + random.Next(random.Next(1, 8)); count > 0; count--)
        {
            input = Once(input, corpus);
        }

        return input.Length <= maxLength ? input : input[..maxLength];
    }

    private byte[] Pick(IReadOnlyList<byte[]> corpus) => corpus[random.Next(corpus.Count)];

    private byte[] Once(byte[] input, IReadOnlyList<byte[]> corpus)
    {
        if (input.Length == 0)
        {
            return Pick(corpus);
        }

        (int at, int length) = Slice(input);
        return random.Next(14) switch
        {
            0 => Flip(input),
            1 => Replace(input, random.Next(input.Length), 1, [(byte)random.Next(256)]),
            2 or 3 => Word(input),
            4 => Replace(input, at, length, []),
            5 => Replace(input, at, 0, input.AsSpan(at, length)),
            6 => Repeat(input, at, length),
            7 => Splice(input, Pick(corpus)),
            8 or 9 or 10 => Number(input),
            11 => Replace(input, random.Next(input.Length), random.Next(2), Encoding.UTF8.GetBytes(Tokens[random.Next(Tokens.Length)])),
            12 => Lines(input),
            _ => input[..random.Next(input.Length)],
        };
    }

    // Mostly short: long slices leave little of the input.
    private (int At, int Length) Slice(byte[] input)
    {
        int at = random.Next(input.Length);
        int most = Math.Min(input.Length - at, 1 << random.Next(12));
        return (at, 1 + random.Next(most));
    }

    private static byte[] Replace(byte[] input, int at, int length, ReadOnlySpan<byte> with) => [.. input.AsSpan(0, at), .. with, .. input.AsSpan(at + length)];

    private byte[] Flip(byte[] input)
    {
        byte[] result = [.. input];
        result[random.Next(result.Length)] ^= (byte)(1 << random.Next(8));
        return result;
    }

    private byte[] Word(byte[] input)
    {
        Span<byte> word = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(word, Interesting[random.Next(Interesting.Length)]);
        int size = Math.Min(1 << random.Next(4), input.Length);
        int at = random.Next(input.Length - size + 1);
        return Replace(input, random.Next(2) == 0 ? at : at / size * size, size, word[..size]);
    }

    private byte[] Repeat(byte[] input, int at, int length)
    {
        int times = Math.Min(1 << random.Next(14), (maxLength - Math.Min(maxLength, input.Length)) / length);
        var result = new List<byte>(input.Length + (times * length));
        result.AddRange(input.AsSpan(0, at));
        for (int i = 0; i < times; i++)
        {
            result.AddRange(input.AsSpan(at, length));
        }

        result.AddRange(input.AsSpan(at));
        return [.. result];
    }

    private byte[] Splice(byte[] input, byte[] other)
    {
        if (other.Length == 0)
        {
            return input;
        }

        (int at, int length) = Slice(other);
        return random.Next(2) == 0
            ? [.. input.AsSpan(0, random.Next(input.Length)), .. other.AsSpan(at)]
            : Replace(input, random.Next(input.Length), 0, other.AsSpan(at, length));
    }

    // A number of the text becomes another one, of either base.
    private byte[] Number(byte[] input)
    {
        int start = random.Next(input.Length);
        while (start < input.Length && !char.IsAsciiDigit((char)input[start]))
        {
            start++;
        }

        while (start > 0 && start < input.Length && char.IsAsciiHexDigit((char)input[start - 1]))
        {
            start--;
        }

        int end = start;
        while (end < input.Length && char.IsAsciiHexDigit((char)input[end]))
        {
            end++;
        }

        ulong value = Interesting[random.Next(Interesting.Length)];
        value = random.Next(4) switch { 0 => unchecked(value - 1), 1 => unchecked(value + (ulong)random.Next(1 << 12)), _ => value };
        string text = value.ToString(random.Next(3) == 0 ? "d" : "x", CultureInfo.InvariantCulture);
        return Replace(input, start, end - start, Encoding.ASCII.GetBytes(text));
    }

    // One line takes another's place, or the two change places.
    private byte[] Lines(byte[] input)
    {
        string[] lines = Encoding.Latin1.GetString(input).Split('\n');
        int a = random.Next(lines.Length), b = random.Next(lines.Length);
        (lines[a], lines[b]) = (lines[b], random.Next(2) == 0 ? lines[a] : lines[b]);
        return Encoding.Latin1.GetBytes(string.Join('\n', lines));
    }
}
