using System.Globalization;
using System.Text.Json.Nodes;
using CsCheck;
using TdxDash.Web.Api;

namespace TdxDash.Web.Tests.Api;

public sealed class JsonPatchTests
{
    private static readonly Gen<string> Names = OneOf("a", "b/c", "d~e", "", "0");

    [Theory]
    [InlineData("""{"a":1,"b":[1,2,3]}""", """{"a":1,"b":[1,3]}""", """[{"op":"remove","path":"/b/1"}]""")]
    [InlineData("""{"a":[1,3]}""", """{"a":[1,2,3]}""", """[{"op":"add","path":"/a/1","value":2}]""")]
    [InlineData("""{"x/y":{"~":1}}""", """{"x/y":{"~":2}}""", """[{"op":"replace","path":"/x~1y/~0","value":2}]""")]
    [InlineData("1", """{"a":null}""", """[{"op":"replace","path":"","value":{"a":null}}]""")]
    [InlineData("""{"a":null}""", "{}", """[{"op":"remove","path":"/a"}]""")]
    public void Between_TwoDocuments_NamesWhatDiffers(string before, string after, string patch) =>
        Assert.Equal(patch, JsonPatch.Between(JsonNode.Parse(before), JsonNode.Parse(after)).ToJsonString());

    [Fact]
    public void Between_AnyTwoDocuments_GivesTheSecondWhenApplied() => Gen.Select(Documents(3), Documents(3)).Sample((before, after) =>
    {
        JsonNode? made = JsonPatch.Between(JsonNode.Parse(before), JsonNode.Parse(after)).Aggregate(JsonNode.Parse(before), Apply);
        Assert.True(JsonNode.DeepEquals(made, JsonNode.Parse(after)), $"{before} became {made?.ToJsonString()} instead of {after}");
    });

    private static Gen<string> Documents(int depth)
    {
        Gen<string> scalars = OneOf("1", "2", "\"x\"", "true", "null");
        if (depth == 0)
        {
            return scalars;
        }

        Gen<string> below = Documents(depth - 1);
        return Gen.OneOf(scalars, below.Array[0, 5].Select(items => $"[{string.Join(',', items)}]"),
            Gen.Select(Names, below).Array[0, 4].Select(members => $"{{{string.Join(',', members.DistinctBy(m => m.Item1).Select(m => $"\"{m.Item1}\":{m.Item2}"))}}}"));
    }

    // By the words of RFC 6902, sections 4.1 to 4.3.
    private static JsonNode? Apply(JsonNode? document, JsonNode? operation)
    {
        string path = operation!["path"]!.GetValue<string>(), op = operation["op"]!.GetValue<string>();
        JsonNode? value = operation["value"]?.DeepClone();
        if (path.Length == 0)
        {
            return value;
        }

        string[] tokens = [.. path[1..].Split('/').Select(token => token.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal))];
        JsonNode target = tokens[..^1].Aggregate(document!, (node, token) => node is JsonArray array ? array[Index(token)]! : node[token]!);
        switch (target, op)
        {
            case (JsonArray array, "add"): array.Insert(Index(tokens[^1]), value); break;
            case (JsonArray array, "remove"): array.RemoveAt(Index(tokens[^1])); break;
            case (JsonArray array, _): array[Index(tokens[^1])] = value; break;
            case (JsonObject members, "remove"): Assert.True(members.Remove(tokens[^1])); break;
            case (JsonObject members, "add"): members.Add(tokens[^1], value); break;
            default: Assert.True(target.AsObject().ContainsKey(tokens[^1])); target[tokens[^1]] = value; break;
        }

        return document;
    }

    private static Gen<string> OneOf(params string[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    private static int Index(string token) => int.Parse(token, CultureInfo.InvariantCulture);
}
