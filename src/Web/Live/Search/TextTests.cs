using TdxDash.Web.Live.Fleet;

namespace TdxDash.Web.Live.Search;

/// <summary>Tests of fields that hold text; values separated by commas are alternatives.</summary>
internal static class TextTests
{
    private const string NoOrder = "this field has no order. Leave the sign out.";

    public static Func<Compared, string, (HostTest? Test, string? Problem)> Has(params Func<FleetHost, string>[] texts) =>
        Each((host, value) => Array.Exists(texts, text => text(host).Contains(value, StringComparison.OrdinalIgnoreCase)));

    public static Func<Compared, string, (HostTest? Test, string? Problem)> Is(Func<FleetHost, string> text) =>
        Each((host, value) => text(host).Equals(value, StringComparison.OrdinalIgnoreCase));

    public static Func<Compared, string, (HostTest? Test, string? Problem)> Begins(Func<FleetHost, string?> text) =>
        Each((host, value) => text(host)?.StartsWith(value, StringComparison.OrdinalIgnoreCase) ?? false);

    public static (HostTest? Test, string? Problem) HasTag(Compared compared, string value) =>
        Each((host, tag) => host.Labels.Tags.Contains(tag))(compared, value.ToLowerInvariant());

    public static Func<Compared, string, (HostTest? Test, string? Problem)> OneOf<T>(IReadOnlyDictionary<string, T> words, Func<FleetHost, T?> value)
        where T : struct => (compared, text) =>
        {
            var wanted = new HashSet<T>();
            foreach (string word in text.Split(','))
            {
                if (!words.TryGetValue(word, out T meaning))
                {
                    return (null, $"'{word}' is not known. Use {string.Join(", ", words.Keys)}.");
                }

                wanted.Add(meaning);
            }

            return compared == Compared.Is ? ((host, _) => value(host) is { } found && wanted.Contains(found), null) : (null, NoOrder);
        };

    private static Func<Compared, string, (HostTest? Test, string? Problem)> Each(Func<FleetHost, string, bool> test) => (compared, text) =>
    {
        string[] values = text.Split(',', StringSplitOptions.RemoveEmptyEntries);
        return values.Length == 0 ? (null, "there is no value between the commas. Write one.")
            : compared == Compared.Is ? ((host, _) => Array.Exists(values, value => test(host, value)), null) : (null, NoOrder);
    };
}
