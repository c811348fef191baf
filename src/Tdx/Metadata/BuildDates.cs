namespace TdxDash.Tdx.Metadata;

/// <summary>The build date of a TDX module.</summary>
public static class BuildDates
{
    /// <summary>Decodes BUILD_DATE: the decimal number yyyymmdd (20250325 is 0x0134fed5), not BCD.</summary>
    /// <returns>Whether it is a date.</returns>
    public static bool TryDecode(ulong value, out DateOnly date)
    {
        int year = (int)(value / 10_000 % 10_000), month = (int)(value / 100 % 100), day = (int)(value % 100);
        bool ok = value <= 9999_12_31 && year >= 1 && month is >= 1 and <= 12 && day >= 1 && day <= DateTime.DaysInMonth(year, month);
        date = ok ? new DateOnly(year, month, day) : default;
        return ok;
    }
}
