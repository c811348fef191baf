using System.Globalization;
using TdxDash.Tdx.Memory;

namespace TdxDash.Tdx.Planning;

/// <summary>Something is wrong at a place of the text.</summary>
internal sealed class PlanSyntaxException(int position, int length, string message, string remedy) : Exception(message)
{
    public int Position => position;

    public int Length => length;

    public string Remedy => remedy;
}

/// <summary>Walks over one clause of a plan's text.</summary>
/// <param name="text">The whole text.</param>
/// <param name="start">Where the clause begins.</param>
/// <param name="end">The character behind it.</param>
internal sealed class PlanScanner(string text, int start, int end)
{
    private int _at = start;

    public int Position
    {
        get
        {
            SkipBlanks();
            return _at;
        }
    }

    public bool IsAtEnd => Position == end;

    public bool IsAtDigit => !IsAtEnd && char.IsAsciiDigit(text[_at]);

    /// <summary>Letters, digits and hyphens, in lower case; empty where something else stands.</summary>
    public string Word() => Take(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_').ToLowerInvariant();

    /// <summary>Letters only, in lower case.</summary>
    public string Letters() => Take(char.IsAsciiLetter).ToLowerInvariant();

    /// <summary>All that is left, trimmed.</summary>
    public string Rest()
    {
        string rest = text[Position..end].TrimEnd();
        _at = end;
        return rest;
    }

    /// <summary>Takes a mark if it stands here.</summary>
    public bool Took(char mark)
    {
        bool takes = !IsAtEnd && text[_at] == mark;
        _at += takes ? 1 : 0;
        return takes;
    }

    /// <summary>Takes a sign of multiplication: x, × or *.</summary>
    public bool TookTimes()
    {
        bool takes = !IsAtEnd && text[_at] is 'x' or 'X' or '×' or '*';
        _at += takes ? 1 : 0;
        return takes;
    }

    /// <summary>Takes the range's middle: - or –.</summary>
    public bool TookDash() => Took('-') || Took('–');

    /// <summary>A whole number.</summary>
    public int Number(string what, int least, int most)
    {
        int from = Position;
        string digits = Take(char.IsAsciiDigit);
        return int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value >= least && value <= most
            ? value
            : throw At(from, digits.Length == 0 ? $"Here {what} is expected." : $"'{digits}' is no {what}.", string.Create(CultureInfo.InvariantCulture, $"Write a whole number from {least} to {most}."));
    }

    /// <summary>A number with its unit, or without: an address or a size.</summary>
    /// <returns>Bytes, up to 2^52.</returns>
    public ulong Bytes(string what, string example) => Bytes(Amount(), what, example);

    /// <summary>Turns an amount into bytes.</summary>
    public ulong Bytes(PlanAmount amount, string what, string example)
    {
        string written = amount.Digits + amount.Letters;
        if (AddressText.TryParse(written, out AddressTarget target, out string problem))
        {
            return target.Start.Value;
        }

        // The end of the address space is no address, but a range may end there.
        if (AddressText.TryParse($"0-{written}", out AddressTarget whole, out _) && whole.End is { Value: PhysAddr.MaxValue })
        {
            return PhysAddr.MaxValue;
        }

        bool says = written.Length > 0 && (problem.Contains("powers", StringComparison.Ordinal) || problem.Contains("2^52", StringComparison.Ordinal) || problem.Contains("whole number", StringComparison.Ordinal));
        throw new PlanSyntaxException(amount.Position, Math.Max(1, _at - amount.Position), says ? problem : written.Length == 0 ? $"Here {what} is expected." : $"'{Shown(written)}' is no {what}.", says ? "" : $"Write it as {example}.");
    }

    /// <summary>A number and the letters behind it, not understood yet.</summary>
    public PlanAmount Amount()
    {
        int from = Position;
        bool isHex = _at + 1 < end && text[_at] == '0' && text[_at + 1] is 'x' or 'X' && _at + 2 < end && char.IsAsciiHexDigit(text[_at + 2]);
        string digits = isHex ? "0x" + TakeHex() : Take(c => char.IsAsciiDigit(c) || c is '.' or '_');
        int behind = _at;
        string letters = Take(char.IsAsciiLetter);
        if (letters.ToLowerInvariant() is "x" or "at" or "in")
        {
            (_at, letters) = (behind, "");
        }

        return new PlanAmount(from, digits, letters);
    }

    /// <summary>A size above zero.</summary>
    public ByteSize Size(string example = "512 GiB")
    {
        int from = Position;
        ulong bytes = Bytes("size", example);
        return bytes > 0 ? new ByteSize(bytes) : throw At(from, "The size is 0.", $"Write a size such as {example}, or leave this out.");
    }

    /// <summary>A range, as 2G-4G.</summary>
    public AddressRange Range()
    {
        const string example = "2G-4G or 0x80000000-0x100000000";
        int from = Position;
        ulong first = Bytes("range", example);
        if (!TookDash())
        {
            throw At(from, "Here a range is expected.", $"Write it as {example}.");
        }

        ulong behind = Bytes("range", example);
        return behind > first ? new AddressRange(first, behind) : throw At(from, $"The range {Hex.Plain(first)}-{Hex.Plain(behind)} is empty or runs backwards.", "Its end has to lie above its start.");
    }

    /// <summary>A NUMA node behind @, where one is given.</summary>
    public int? Node()
    {
        if (!Took('@'))
        {
            return null;
        }

        int from = Position;
        return Letters() is "" or "node" ? Number("NUMA node", 0, MemoryBlock.MaxNode) : throw At(from, "Behind @ a NUMA node is expected.", "Write it as @node2.");
    }

    /// <summary>A part of a whole.</summary>
    /// <returns>0 to 100, with at most two decimals.</returns>
    public decimal Percent()
    {
        int from = Position;
        string digits = Take(c => char.IsAsciiDigit(c) || c == '.');
        bool isNumber = decimal.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal value);
        return Took('%') && isNumber && value <= 100 && decimal.Round(value, 2) == value ? value : throw At(from, "Here a share is expected.", "Write it as 50%, from 0% to 100% with at most two decimals.");
    }

    public void ExpectEnd(string remedy)
    {
        if (!IsAtEnd)
        {
            throw new PlanSyntaxException(_at, end - _at, $"'{Shown(text[_at..end])}' is too much here.", remedy);
        }
    }

    /// <summary>A problem with what was read from a position on.</summary>
    public PlanSyntaxException At(int from, string message, string remedy) => new(from, Math.Max(1, _at - from), message, remedy);

    internal static string Shown(string value)
    {
        string plain = Snapshots.PlainText.Of(value.Trim());
        return plain.Length <= 40 ? plain : string.Concat(plain.AsSpan(0, 40), "…");
    }

    private string Take(Func<char, bool> isPart)
    {
        int from = Position;
        while (_at < end && isPart(text[_at]))
        {
            _at++;
        }

        return text[from.._at];
    }

    private string TakeHex()
    {
        _at += 2;
        return Take(c => char.IsAsciiHexDigit(c) || c == '_');
    }

    private void SkipBlanks()
    {
        while (_at < end && (char.IsWhiteSpace(text[_at]) || text[_at] == '\u00a0'))
        {
            _at++;
        }
    }
}

/// <summary>A number and the letters behind it.</summary>
/// <param name="Position">Where it begins.</param>
/// <param name="Digits">The number as it is written.</param>
/// <param name="Letters">The letters as they are written.</param>
internal readonly record struct PlanAmount(int Position, string Digits, string Letters)
{
    /// <summary>The letters in lower case.</summary>
    public string Unit => Letters.ToLowerInvariant();
}
