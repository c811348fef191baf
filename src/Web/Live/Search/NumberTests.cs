using System.Globalization;
using TdxDash.Tdx.Memory;
using TdxDash.Web.Live.Fleet;

namespace TdxDash.Web.Live.Search;

/// <summary>Tests of fields that hold numbers. A number that is not known meets none of them.</summary>
internal static class NumberTests
{
    // A share is equal to a percentage that shows it: 0.39 % stands for everything that rounds to it.
    private const double SameShare = 0.00005;

    private static readonly Dictionary<string, double> Sizes = new(StringComparer.OrdinalIgnoreCase)
    {
        ["B"] = 1,
        ["KiB"] = ByteSize.KiB,
        ["MiB"] = ByteSize.MiB,
        ["GiB"] = ByteSize.GiB,
        ["TiB"] = ByteSize.TiB,
        ["K"] = ByteSize.KiB,
        ["M"] = ByteSize.MiB,
        ["G"] = ByteSize.GiB,
        ["T"] = ByteSize.TiB,
    };

    private static readonly Dictionary<string, double> Times = new(StringComparer.OrdinalIgnoreCase)
    {
        ["s"] = 1,
        ["m"] = 60,
        ["min"] = 60,
        ["h"] = 3_600,
        ["d"] = 86_400,
        ["w"] = 604_800,
    };

    public static Func<Compared, string, (HostTest? Test, string? Problem)> Count(Func<FleetHost, double?> value) => (compared, text) =>
        Number(text) is double wanted ? (Test(compared, value, wanted, 0), null) : (null, $"'{text}' is no number. Write one as 4.");

    public static Func<Compared, string, (HostTest? Test, string? Problem)> CountOrShare(Func<FleetHost, double?> count, Func<FleetHost, double?> share) => (compared, text) =>
        Share(text) is double wanted ? (Test(compared, share, wanted, SameShare), null)
        : Number(text) is double number ? (Test(compared, count, number, 0), null)
        : (null, $"'{text}' is neither a number nor a percentage. Write 12 or 75%.");

    public static Func<Compared, string, (HostTest? Test, string? Problem)> Size(Func<FleetHost, double?> bytes) => (compared, text) =>
        WithUnit(text, Sizes) is double wanted ? (Test(compared, bytes, wanted, 0), null) : (null, $"'{text}' is no size. Write one as 512GiB.");

    public static Func<Compared, string, (HostTest? Test, string? Problem)> SizeOrShare(Func<FleetHost, double?> bytes, Func<FleetHost, double?> share) => (compared, text) =>
        Share(text) is double wanted ? (Test(compared, share, wanted, SameShare), null)
        : WithUnit(text, Sizes) is double size ? (Test(compared, bytes, size, 0), null)
        : (null, $"'{text}' is neither a size nor a percentage. Write 8GiB or 1%.");

    public static (HostTest? Test, string? Problem) Age(Compared compared, string text)
    {
        if (compared == Compared.Is)
        {
            return (null, "an age is compared. Write seen:>1h or seen:<5min.");
        }

        return WithUnit(text, Times) is double wanted
            ? ((host, now) => Holds(compared, host.AgeAt(now).TotalSeconds.CompareTo(wanted)), null)
            : (null, $"'{text}' is no time. Write one as 30s, 5min, 1h, 2d or 1w.");
    }

    /// <summary>Whether an order of value and wanted is what a comparison asks for.</summary>
    public static bool Holds(Compared compared, int order) => compared switch
    {
        Compared.Less => order < 0,
        Compared.AtMost => order <= 0,
        Compared.More => order > 0,
        Compared.AtLeast => order >= 0,
        _ => order == 0,
    };

    private static HostTest Test(Compared compared, Func<FleetHost, double?> value, double wanted, double same) => (host, _) =>
        value(host) is double known && Holds(compared, compared == Compared.Is && Math.Abs(known - wanted) <= same ? 0 : known.CompareTo(wanted));

    private static double? Share(string text) => text.EndsWith('%') && Number(text[..^1]) is double percent ? percent / 100 : null;

    private static double? WithUnit(string text, Dictionary<string, double> units)
    {
        int digits = text.TakeWhile(letter => char.IsAsciiDigit(letter) || letter == '.').Count();
        return Number(text[..digits]) is double number && units.TryGetValue(text[digits..].Trim(), out double unit) ? number * unit : null;
    }

    private static double? Number(string text) =>
        text.Length <= 20 && double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number) ? number : null;
}
