using Xunit.Sdk;
using Xunit.v3;

[assembly: TestCollectionOrderer<TdxDash.EndToEnd.LongestFirst>]

namespace TdxDash.EndToEnd;

/// <summary>Begins with the collections that take longest: one of them begun last would run alone for minutes.</summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    private static readonly string[] Longest = [PastPictures.Name, LookingTests.Name, PastTests.Name, nameof(LiveTests), nameof(FleetTableTests), nameof(ImportTests)];

    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection =>
        [.. testCollections.OrderBy(collection => Place(collection.TestCollectionDisplayName)).ThenBy(collection => collection.TestCollectionDisplayName, StringComparer.Ordinal)];

    private static int Place(string collection) => Array.FindIndex(Longest, name => collection == name || collection.Contains($".{name}", StringComparison.Ordinal)) is >= 0 and var at ? at : Longest.Length;
}
