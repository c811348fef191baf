using CsCheck;
using TdxDash.Tdx.Snapshots.Diff;
using TdxDash.Web.Components.History;
using TdxDash.Web.Components.Url;
using TdxDash.Web.Live.History;

namespace TdxDash.Web.Tests.Components;

public sealed class HistoryStateTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly Gen<HistoryState> States =
        from range in Gen.OneOf([.. ((HistoryRange[])[HistoryRange.All, HistoryRange.Day, HistoryRange.Week, HistoryRange.Month, HistoryRange.Boot, HistoryRange.LastChange]).Select(one => Gen.Const(one))])
        from custom in Gen.Select(Gen.Long[0, 1_000_000_000_000_000], Gen.Long[1, 1_000_000_000_000_000]).Select((start, length) =>
            new TimeWindow(DateTimeOffset.UnixEpoch.AddMicroseconds(start), DateTimeOffset.UnixEpoch.AddMicroseconds(start + length)))
        from choice in Gen.Select(Gen.Bool, Gen.Bool, Gen.Bool)
        from kinds in Gen.Enum<ChangeKinds>().Array[0, 3]
        from text in Gen.String[Gen.Char[' ', '~'], 0, HistoryState.MaxText]
        from page in Gen.Select(Gen.Long[0, long.MaxValue], Gen.Long[0, long.MaxValue])
        select new HistoryState
        {
            Range = choice.Item1 ? HistoryRange.Custom : range,
            Custom = choice.Item1 ? custom : null,
            IsLocal = choice.Item2,
            Kinds = kinds.Where(HistoryState.KindWords.Values.Contains).Aggregate(ChangeKinds.None, (all, kind) => all | kind),
            Text = text,
            Page = choice.Item3 ? new HistoryCursor(page.Item1, page.Item2) : null,
        };

    [Fact]
    public void Parse_WhatAStateWrote_IsTheState() => States.Sample(state =>
    {
        UrlParse<HistoryState> parse = HistoryState.Parse(UrlQuery.FromUri(state.At("/history")));
        Assert.Empty(parse.Problems);
        Assert.Equal(state, parse.State);
    });

    [Theory]
    [InlineData("range=year", "use change, 24h, 7d, 30d, boot, all")]
    [InlineData("from=2026-03-01", "use two times of the form")]
    [InlineData("from=2026-03-02&to=2026-03-01", "is not before 'to'")]
    [InlineData("kinds=boot,weather", "'weather', which is not known")]
    [InlineData("page=last", "is no place in the list")]
    [InlineData("tz=mars", "use utc, local")]
    public void Parse_Malformed_IsNamedAndTheRestStands(string query, string problem) =>
        Assert.Contains(problem, Assert.Single(HistoryState.Parse(UrlQuery.FromUri("/history?" + query)).Problems), StringComparison.Ordinal);

    [Fact]
    public void Resolve_Presets_EndNowAndBeginWhereTheySay()
    {
        var span = new HistorySpan(Start, Start.AddDays(50), Start.AddDays(40));
        DateTimeOffset now = Start.AddDays(100);

        Assert.Equal(now.AddDays(-7), HistoryRanges.Resolve(HistoryRange.Week, span, now).From);
        Assert.InRange(HistoryRanges.Resolve(HistoryRange.All, span, now).From, Start.AddDays(-3), Start.AddMinutes(-1));
        Assert.InRange(HistoryRanges.Resolve(HistoryRange.Boot, span, now).From, Start.AddDays(38), Start.AddDays(40).AddMinutes(-1));
        Assert.InRange(HistoryRanges.Resolve(HistoryRange.LastChange, span, now).From, Start.AddDays(48), Start.AddDays(50).AddMinutes(-1));
        Assert.All(HistoryRanges.Words.Values, range => Assert.True(HistoryRanges.Resolve(range, span, now).To > now));
        Assert.True(HistoryRanges.Resolve(HistoryRange.All, new HistorySpan(now, now, now), now).Length >= TimeSpan.FromMinutes(1));
    }

    [Fact]
    public void Ticks_AnyWindow_AreFewAndWithinIt() => Gen.Select(Gen.Long[0, 1_000_000_000_000], Gen.Long[1, 1_000_000_000_000_000]).Sample((from, length) =>
    {
        var axis = new TimeAxis(new TimeWindow(Start.AddMicroseconds(from), Start.AddMicroseconds(from + length)));

        Assert.InRange(axis.Ticks.Count(), 0, 8);
        Assert.All(axis.Ticks, tick => Assert.InRange(axis.Percent(tick), 0, 100));
    });

    [Fact]
    public void Text_InAZone_IsTheZonesTime()
    {
        ZoneClock? berlin = ZoneClock.Of("Europe/Berlin");

        Assert.Equal("2026-03-01 01:00:00", berlin?.Text(Start));
        Assert.Equal("2026-03-01 00:00:00 UTC", ZoneClock.Utc.Full(Start));
        Assert.Null(ZoneClock.Of("Mars/Olympus"));
    }

    [Theory]
    [InlineData("/?at=2026-02-01T00:00:00Z", "2026-02-01T00:00:00Z", null)]
    [InlineData("/?at=soon", null, "'soon', which is no time")]
    [InlineData("/?at=2027-01-01", null, "yet to come")]
    [InlineData("/", null, null)]
    public void FromUri_AsOf_IsTheTimeOrWhatIsWrong(string uri, string? at, string? problem)
    {
        AsOf asOf = AsOf.FromUri(uri, Start);

        Assert.Equal(at, asOf.At is { } time ? UrlTime.Write(time) : null);
        Assert.Equal(at is null ? "" : $"?at={at}", asOf.Query);
        Assert.Equal(problem is null, asOf.Problem is null);
        Assert.Contains(problem ?? "", asOf.Problem ?? "", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://h/hosts/1?x=y#z", "http://h/hosts/1?x=y&at=2026-03-01T00:00:00Z")]
    [InlineData("http://h/?at=2020-01-01", "http://h/?at=2026-03-01T00:00:00Z")]
    public void Change_ToATime_KeepsTheRestOfTheAddress(string uri, string expected)
    {
        Assert.Equal(expected, AsOf.Change(uri, Start));
        Assert.DoesNotContain("at=", AsOf.Change(uri, null), StringComparison.Ordinal);
    }
}
