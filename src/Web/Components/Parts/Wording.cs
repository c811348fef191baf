using System.Globalization;
using TdxDash.Tdx.Memory;

namespace TdxDash.Web.Components.Parts;

/// <summary>How ages, times and counts are written on every page.</summary>
public static class Wording
{
    private const string TooLarge = "too large";

    /// <summary>A host's name, or words for one that has none, so that its link can be seen and clicked.</summary>
    public static string HostName(string name) => string.IsNullOrWhiteSpace(name) ? "unnamed host" : name;

    /// <summary>An age in its largest whole unit: <c>3 s</c>, <c>5 min</c>, <c>2 h</c>, <c>4 d</c>. A clock ahead counts as now.</summary>
    public static string Age(TimeSpan age) => age switch
    {
        _ when age < TimeSpan.FromSeconds(1) => "now",
        _ when age < TimeSpan.FromMinutes(1) => Whole(age.TotalSeconds, "s"),
        _ when age < TimeSpan.FromHours(1) => Whole(age.TotalMinutes, "min"),
        _ when age < TimeSpan.FromDays(1) => Whole(age.TotalHours, "h"),
        _ => Whole(age.TotalDays, "d"),
    };

    /// <summary>How long ago something was: <c>now</c>, <c>5 s ago</c>.</summary>
    public static string Ago(TimeSpan age) => age < TimeSpan.FromSeconds(1) ? Age(age) : Age(age) + " ago";

    /// <summary>An exact time in UTC: <c>2026-03-01 12:00:05 UTC</c>.</summary>
    public static string Exact(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);

    /// <summary>A count and its noun: <c>1 host</c>, <c>1,024 hosts</c>.</summary>
    public static string Count(int count, string noun) => string.Create(CultureInfo.InvariantCulture, $"{count:#,0} {noun}{(count == 1 ? "" : "s")}");

    /// <summary>A part of a whole in percent, with two digits below ten: <c>0.39 %</c>, <c>12.5 %</c>; empty when the whole is nothing.</summary>
    public static string Percent(ByteSize part, ByteSize whole)
    {
        if (whole.Bytes == 0)
        {
            return "";
        }

        double percent = 100.0 * part.Bytes / whole.Bytes;
        return string.Create(CultureInfo.InvariantCulture, $"{percent.ToString(percent < 10 ? "0.00" : "0.0", CultureInfo.InvariantCulture)} %");
    }

    /// <summary>Adds sizes; what does not fit 64 bits is held at the largest size, which <see cref="Size(ByteSize)"/> calls too large, so
    /// that a page stands whatever a probe sent.</summary>
    public static ByteSize Together(IEnumerable<ByteSize> sizes)
    {
        ArgumentNullException.ThrowIfNull(sizes);
        return new ByteSize(sizes.Aggregate(0UL, (sum, size) => size.Bytes > ulong.MaxValue - sum ? ulong.MaxValue : sum + size.Bytes));
    }

    /// <summary>A size in its largest unit: <c>96 MiB</c>; <c>too large</c> when a sum did not fit 64 bits.</summary>
    public static string Size(ByteSize size) => size.Bytes == ulong.MaxValue ? TooLarge : size.ToString();

    /// <summary>A sum of sizes, in bytes; <c>too large</c> when it does not fit 64 bits.</summary>
    public static string Size(decimal bytes) => Size(Clamped(bytes));

    /// <summary>A sum of sizes, in bytes, with its exact bytes.</summary>
    public static string WithBytes(decimal bytes) => WithBytes(Clamped(bytes));

    /// <summary>A size in bytes with a sign where it is less than nothing: <c>−96 MiB</c>.</summary>
    public static string WithSign(decimal bytes) => (bytes < 0 ? "−" : "") + Size(Math.Abs(bytes));

    /// <summary>A size with its exact bytes: <c>96 MiB (100,663,296 bytes)</c>; <c>too large</c> when a sum did not fit 64 bits.</summary>
    public static string WithBytes(ByteSize size) => size.Bytes == ulong.MaxValue ? TooLarge : string.Create(CultureInfo.InvariantCulture, $"{size} ({size.Bytes:#,0} bytes)");

    /// <summary>A number without separators.</summary>
    public static string Plain(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static ByteSize Clamped(decimal bytes) => new(bytes >= ulong.MaxValue ? ulong.MaxValue : (ulong)bytes);

    private static string Whole(double value, string unit) => string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(value):0} {unit}");
}
