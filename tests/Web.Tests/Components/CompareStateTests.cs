using CsCheck;
using TdxDash.Tdx.Snapshots.Diff;
using TdxDash.Web.Components.Compare;
using TdxDash.Web.Components.History;
using TdxDash.Web.Components.Url;

namespace TdxDash.Web.Tests.Components;

public sealed class CompareStateTests
{
    private static readonly Gen<SnapshotRef> Refs = Gen.Select(Gen.String[Gen.Char['a', 'f'], 1, 36], Gen.Int[0, 2], Gen.Long[0, 4_000_000_000_000_000], Gen.Long[0, long.MaxValue])
        .Select((host, kind, microseconds, revision) => kind switch
        {
            0 => SnapshotRef.Of(host),
            1 => SnapshotRef.Of(host, DateTimeOffset.UnixEpoch.AddTicks(microseconds * 10)),
            _ => SnapshotRef.OfRevision(host, revision),
        });

    private static readonly Gen<CompareState> States = Gen.Select(Refs.Array[0, 4], Gen.Enum<DiffLook>(), Gen.Int[0, 31])
        .Select((refs, look, off) => new CompareState
        {
            Refs = [.. refs],
            Look = look,
            Off = [.. ExpectedDifferences.Rules.Where((_, i) => (off & (1 << i)) != 0).Select(rule => rule.Id)],
        });

    [Fact]
    public void Parse_WhatAStateWrote_IsTheState() => States.Sample(state =>
    {
        UrlParse<CompareState> parse = CompareState.Parse(UrlQuery.FromUri(state.At("/compare")));
        Assert.Empty(parse.Problems);
        Assert.Equal(state, parse.State);
    });

    [Fact]
    public void Parse_AnyText_NeverThrows() => Gen.String[Gen.Char, 0, 80].Sample(text =>
    {
        Assert.NotNull(CompareState.Parse(UrlQuery.FromUri("/compare?a=" + Uri.EscapeDataString(text.Replace('\uD800', 'x')) + "&b=x@" + text + "&show=" + text)).State);
        _ = UrlTime.TryParse(text, out _);
    });

    [Theory]
    [InlineData("/compare?a=x@yesterday", "'yesterday' is no time: use the form 2026-03-01T12:00:05Z in UTC.")]
    [InlineData("/compare?a=<script>", "'<script>' is no identity of a host")]
    [InlineData("/compare?view=diagonal", "use split, unified")]
    [InlineData("/compare?show=name,colour", "'colour', which is no rule")]
    public void Parse_Malformed_IsNamed(string uri, string problem)
    {
        UrlParse<CompareState> parse = CompareState.Parse(UrlQuery.FromUri(uri));

        Assert.Contains(problem, Assert.Single(parse.Problems), StringComparison.Ordinal);
        Assert.Empty(parse.State.Refs);
    }

    [Theory]
    [InlineData("2026-03-01", "2026-03-01T00:00:00Z")]
    [InlineData("2026-03-01T12:00Z", "2026-03-01T12:00:00Z")]
    [InlineData("2026-03-01T12:00:05.123456+02:00", "2026-03-01T10:00:05.123456Z")]
    [InlineData("2026-03-01 12:00", "2026-03-01T12:00:00Z")]
    public void TryParse_Time_IsReadInUtc(string text, string written)
    {
        Assert.True(UrlTime.TryParse(text, out DateTimeOffset time));
        Assert.Equal(written, UrlTime.Write(time));
    }

    [Theory]
    [InlineData("")]
    [InlineData("1969-12-31")]
    [InlineData("9999-01-01")]
    [InlineData("2026-02-30")]
    [InlineData("12:00")]
    public void TryParse_NoTime_IsRefused(string text) => Assert.False(UrlTime.TryParse(text, out _));
}
