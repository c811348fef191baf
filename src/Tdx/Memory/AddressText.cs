using System.Globalization;

namespace TdxDash.Tdx.Memory;

/// <summary>What a person named: an address, or a half-open range of addresses.</summary>
/// <param name="Start">The address, or the range's first byte.</param>
/// <param name="End">The byte behind the range's last one; null for an address.</param>
public readonly record struct AddressTarget(PhysAddr Start, PhysAddr? End)
{
    /// <summary>The form that <see cref="AddressText.TryParse"/> reads: <c>0x1000</c> or <c>0x1000-0x2000</c>.</summary>
    public override string ToString() => End is { } end ? $"{Start}-{end}" : Start.ToString();
}

/// <summary>Parses addresses as people write them: <c>0x1080000000</c>, <c>0x10_8000_0000</c>, <c>4G+16M</c>, <c>1.5TiB</c>,
/// <c>pfn:0x1080000</c>; and ranges, <c>0x1000-0x2000</c> and <c>[0x1000, 0x2000)</c>. Units are powers of two. <c>A-B</c> is a
/// subtraction unless B is the larger: then it is the range. The browser's own parser (js/memory-map/address-text.js) answers the same.</summary>
public static class AddressText
{
    /// <summary>The longest text, in characters.</summary>
    public const int MaxLength = 100;

    private const string Example = "for example 0x1080000000, 4G+16M or pfn:0x1080000";
    private const int PageShift = 12;
    private static readonly char[] Blanks = [' ', '\t', '\r', '\n', '\u00a0'];

    // More digits than the largest address has, and few enough that no sum of terms leaves 128 bits.
    private const int MaxHexDigits = 16;
    private const int MaxWholeDigits = 18;
    private const int MaxFractionDigits = 9;

    /// <summary>Parses a text.</summary>
    /// <param name="text">The text; blanks do not matter.</param>
    /// <param name="target">What it names.</param>
    /// <param name="problem">What is wrong with it and what to write instead; empty when nothing is.</param>
    public static bool TryParse(string text, out AddressTarget target, out string problem)
    {
        ArgumentNullException.ThrowIfNull(text);
        target = default;
        string written = text.Trim(Blanks);
        if (written.Length == 0)
        {
            problem = $"Type an address, {Example}.";
            return false;
        }

        if (written.Length > MaxLength)
        {
            problem = string.Create(CultureInfo.InvariantCulture, $"An address has at most {MaxLength} characters; this one has {written.Length}.");
            return false;
        }

        return written[0] == '[' ? TryBrackets(written, out target, out problem) : TryTerms(written, out target, out problem);
    }

    private static bool TryBrackets(string written, out AddressTarget target, out string problem)
    {
        target = default;
        string[] ends = written.EndsWith(')') ? written[1..^1].Split(',') : [];
        if (ends.Length != 2)
        {
            problem = $"'{written}' is no range: write [START, END).";
            return false;
        }

        return TrySum(ends[0], out Int128 start, out _, out problem)
            && TrySum(ends[1], out Int128 end, out _, out problem)
            && TryRange(written, start, end, out target, out problem);
    }

    private static bool TryTerms(string written, out AddressTarget target, out string problem)
    {
        target = default;
        if (!TrySum(written, out Int128 sum, out Int128? rangeEnd, out problem))
        {
            return false;
        }

        if (rangeEnd is Int128 end)
        {
            return TryRange(written, sum, end, out target, out problem);
        }

        if (sum < 0 || sum >= PhysAddr.MaxValue)
        {
            problem = sum < 0 ? $"'{written}' comes to less than 0." : Beyond(written);
            return false;
        }

        target = new AddressTarget(new PhysAddr((ulong)sum), null);
        return true;
    }

    private static bool TryRange(string written, Int128 start, Int128 end, out AddressTarget target, out string problem)
    {
        target = default;
        problem = start < 0 ? $"'{written}' comes to less than 0."
            : end > PhysAddr.MaxValue ? Beyond(written)
            : start >= end ? $"'{written}' is empty or runs backwards: the end has to lie above the start."
            : "";
        if (problem.Length > 0)
        {
            return false;
        }

        target = new AddressTarget(new PhysAddr((ulong)start), new PhysAddr((ulong)end));
        return true;
    }

    // The sum of the terms; or, for two terms of which a larger one is taken from a smaller one, both of them.
    private static bool TrySum(string written, out Int128 sum, out Int128? rangeEnd, out string problem)
    {
        sum = 0;
        rangeEnd = null;
        problem = "";
        string text = string.Concat(written.Where(c => !Blanks.Contains(c)));
        int start = 0, terms = 0;
        char sign = '+';
        for (int i = 0; i <= text.Length; i++)
        {
            if (i < text.Length && text[i] is not ('+' or '-'))
            {
                continue;
            }

            string term = text[start..i];
            if (term.Length == 0)
            {
                problem = i < text.Length || terms > 0 ? $"A number has to stand on both sides of '{(i < text.Length ? text[i] : sign)}'." : $"Type an address, {Example}.";
                return false;
            }

            if (!TryTerm(term, out Int128 value, out problem))
            {
                return false;
            }

            terms++;
            bool isLast = i == text.Length;
            if (isLast && terms == 2 && sign == '-' && value > sum)
            {
                rangeEnd = value;
                return true;
            }

            sum += sign == '+' ? value : -value;
            sign = isLast ? sign : text[i];
            start = i + 1;
        }

        return true;
    }

    private static bool TryTerm(string term, out Int128 value, out string problem)
    {
        problem = "";
        if (term.StartsWith("pfn:", StringComparison.OrdinalIgnoreCase))
        {
            bool isNumber = TryHex(term[4..], out value) || (term[4..].All(IsDigitOrJoint) && TryWhole(term[4..], out value));
            value <<= PageShift;
            problem = isNumber ? "" : $"'{term}' is no page frame: write pfn: and a whole number.";
            return isNumber;
        }

        return TryHex(term, out value) || TryDecimal(term, out value, out problem);
    }

    private static bool TryHex(string text, out Int128 value)
    {
        value = 0;
        if (!text.StartsWith("0x", StringComparison.OrdinalIgnoreCase) || !AreJointsInside(text.AsSpan(2)))
        {
            return false;
        }

        string digits = text[2..].Replace("_", "", StringComparison.Ordinal);
        bool isHex = digits.Length is > 0 and <= MaxHexDigits && digits.All(char.IsAsciiHexDigit);
        value = isHex ? ulong.Parse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture) : 0;
        return isHex;
    }

    private static bool TryDecimal(string term, out Int128 value, out string problem)
    {
        int end = 0;
        while (end < term.Length && (IsDigitOrJoint(term[end]) || term[end] == '.'))
        {
            end++;
        }

        string number = term[..end], unit = term[end..].ToUpperInvariant();
        string[] parts = number.Split('.');
        value = 0;
        if (unit.Length == 2 && unit[1] == 'B' && "KMGT".Contains(unit[0], StringComparison.Ordinal))
        {
            problem = $"'{term}' can mean powers of ten or of two: write {number}{unit[0]}iB.";
            return false;
        }

        int shift = unit switch { "" or "B" => 0, "K" or "KIB" => 10, "M" or "MIB" => 20, "G" or "GIB" => 30, "T" or "TIB" => 40, _ => -1 };
        if (shift < 0 || parts.Length > 2 || !TryWhole(parts[0], out value) || !TryFraction(parts.Length > 1 ? parts[1] : null, out long fraction, out long scale))
        {
            problem = term.All(char.IsAsciiHexDigit)
                ? $"'{term}' looks like hex: write 0x{term}."
                : $"'{term}' is no address: use 0x and hex digits, a decimal number with or without K, M, G or T, or pfn:NUMBER.";
            return false;
        }

        Int128 small = (Int128)fraction << shift;
        problem = small % scale == 0 ? "" : $"'{term}' is not a whole number of bytes.";
        value = (value << shift) + (small / scale);
        return problem.Length == 0;
    }

    private static bool TryWhole(string text, out Int128 value)
    {
        value = 0;
        string digits = text.Replace("_", "", StringComparison.Ordinal);
        if (digits.Length is 0 or > MaxWholeDigits || !AreJointsInside(text) || !digits.All(char.IsAsciiDigit))
        {
            return false;
        }

        value = long.Parse(digits, NumberStyles.None, CultureInfo.InvariantCulture);
        return true;
    }

    private static bool TryFraction(string? digits, out long fraction, out long scale)
    {
        (fraction, scale) = (0, 1);
        if (digits is null)
        {
            return true;
        }

        if (digits.Length is 0 or > MaxFractionDigits || !digits.All(char.IsAsciiDigit))
        {
            return false;
        }

        fraction = long.Parse(digits, NumberStyles.None, CultureInfo.InvariantCulture);
        scale = (long)Math.Pow(10, digits.Length);
        return true;
    }

    private static bool IsDigitOrJoint(char c) => char.IsAsciiDigit(c) || c == '_';

    // The joints of grouped digits, as shown on screen, stand between digits.
    private static bool AreJointsInside(ReadOnlySpan<char> text) => text.Length > 0 && text[0] != '_' && text[^1] != '_';

    private static string Beyond(string written) => $"'{written}' lies beyond 2^52, the end of the physical address space.";
}
