using Xunit.Sdk;
using Xunit.v3;

namespace TdxDash.EndToEnd;

/// <summary>Begins with the collections that take longest: one of them begun last would run alone for minutes.</summary>
/// <param name="longest">Their names, or those of their classes, the longest first.</param>
public abstract class LongestFirst(params string[] longest) : ITestCollectionOrderer
{
    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection =>
        [.. testCollections.OrderBy(collection => Place(collection.TestCollectionDisplayName)).ThenBy(collection => collection.TestCollectionDisplayName, StringComparer.Ordinal)];

    private int Place(string collection) => Array.FindIndex(longest, name => collection == name || collection.Contains($".{name}", StringComparison.Ordinal)) is >= 0 and var at ? at : longest.Length;
}
