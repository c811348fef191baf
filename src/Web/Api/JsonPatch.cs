using System.Globalization;
using System.Text.Json.Nodes;

namespace TdxDash.Web.Api;

/// <summary>Makes JSON Patches (RFC 6902) of two documents. The libraries for .NET that make them need a second JSON serialiser.</summary>
internal static class JsonPatch
{
    /// <summary>The operations that make one document of another; empty where they are equal.</summary>
    /// <param name="before">What the patch is applied to.</param>
    /// <param name="after">What it gives.</param>
    public static JsonArray Between(JsonNode? before, JsonNode? after)
    {
        var operations = new JsonArray();
        Compare("", before, after, operations);
        return operations;
    }

    private static void Compare(string path, JsonNode? before, JsonNode? after, JsonArray operations)
    {
        switch (before, after)
        {
            case (JsonObject left, JsonObject right):
                CompareMembers(path, left, right, operations);
                break;
            case (JsonArray left, JsonArray right):
                CompareElements(path, left, right, operations);
                break;
            default:
                if (!JsonNode.DeepEquals(before, after))
                {
                    operations.Add(Operation("replace", path, after));
                }

                break;
        }
    }

    private static void CompareMembers(string path, JsonObject before, JsonObject after, JsonArray operations)
    {
        foreach ((string name, JsonNode? value) in before)
        {
            if (after.TryGetPropertyValue(name, out JsonNode? other))
            {
                Compare(Below(path, name), value, other, operations);
            }
            else
            {
                operations.Add(new JsonObject { ["op"] = "remove", ["path"] = Below(path, name) });
            }
        }

        foreach ((string name, JsonNode? value) in after)
        {
            if (!before.ContainsKey(name))
            {
                operations.Add(Operation("add", Below(path, name), value));
            }
        }
    }

    // What is equal at both ends stays; between them elements are paired by place, and the rest comes or goes.
    private static void CompareElements(string path, JsonArray before, JsonArray after, JsonArray operations)
    {
        int shorter = Math.Min(before.Count, after.Count), head = 0, tail = 0;
        while (head < shorter && JsonNode.DeepEquals(before[head], after[head]))
        {
            head++;
        }

        while (tail < shorter - head && JsonNode.DeepEquals(before[^(tail + 1)], after[^(tail + 1)]))
        {
            tail++;
        }

        for (int i = head; i < shorter - tail; i++)
        {
            Compare(Below(path, i), before[i], after[i], operations);
        }

        for (int i = shorter - tail; i < after.Count - tail; i++)
        {
            operations.Add(Operation("add", Below(path, i), after[i]));
        }

        for (int i = before.Count - tail - 1; i >= shorter - tail; i--)
        {
            operations.Add(new JsonObject { ["op"] = "remove", ["path"] = Below(path, i) });
        }
    }

    private static JsonObject Operation(string name, string path, JsonNode? value) => new() { ["op"] = name, ["path"] = path, ["value"] = value?.DeepClone() };

    private static string Below(string path, int index) => string.Create(CultureInfo.InvariantCulture, $"{path}/{index}");

    private static string Below(string path, string name) => $"{path}/{name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)}";
}
