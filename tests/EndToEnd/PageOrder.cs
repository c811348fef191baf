[assembly: TestCollectionOrderer<TdxDash.EndToEnd.PageOrder>]

namespace TdxDash.EndToEnd;

/// <summary>The order of the browser tests.</summary>
public sealed class PageOrder() : LongestFirst(PastPictures.Name, LookingTests.Name, PastTests.Name, nameof(LiveTests), nameof(FleetTableTests), nameof(ImportTests));
