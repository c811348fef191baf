using System.Globalization;
using TdxDash.Tdx.Metadata;

namespace TdxDash.Web.Live.Search;

/// <summary>Tests of module versions. One that is not known meets none of them.</summary>
internal static class VersionTests
{
    private const int MaxParts = 3;

    public static (HostTest? Test, string? Problem) Make(Compared compared, string value)
    {
        var wanted = new List<int[]>();
        foreach (string text in value.Split(','))
        {
            if (Parts(text) is not { } parts)
            {
                return (null, $"'{text}' is no version. Write one as 2.0.14, or its beginning as 1.5.");
            }

            wanted.Add(parts);
        }

        if (compared == Compared.Is)
        {
            return ((host, _) => host.Summary.Version.TryGet(out ModuleVersion version) && wanted.Exists(parts => Order(version, parts) == 0), null);
        }

        if (wanted.Count > 1)
        {
            return (null, "a comparison takes one version. Leave the others out.");
        }

        int[] only = wanted[0];
        return ((host, _) => host.Summary.Version.TryGet(out ModuleVersion version) && NumberTests.Holds(compared, Order(version, only)), null);
    }

    // Only as many parts as were written: every 1.5.x is equal to 1.5.
    private static int Order(ModuleVersion version, int[] parts)
    {
        ReadOnlySpan<int> all = [version.Major, version.Minor, version.Update];
        return all[..parts.Length].SequenceCompareTo(parts);
    }

    private static int[]? Parts(string text)
    {
        string[] words = text.Split('.');
        int[] parts = new int[Math.Min(words.Length, MaxParts)];
        for (int i = 0; i < parts.Length; i++)
        {
            if (!ushort.TryParse(words[i], NumberStyles.None, CultureInfo.InvariantCulture, out ushort part))
            {
                return null;
            }

            parts[i] = part;
        }

        return words.Length <= MaxParts ? parts : null;
    }
}
