using System.Data.Common;
using Dapper;
using TdxDash.Web.Live.History;
using TdxDash.Web.Tests.Components;
using TdxDash.Web.Tests.Support;

namespace TdxDash.Web.Tests.Live.History;

public class AnnotationTests
{
    private static readonly DateTimeOffset Start = HistoryStore.Start;
    private static readonly TimeWindow Day = new(Start, Start.AddDays(1));

    [Fact]
    public async Task List_OfAHost_HasItsOwnAndTheFleets()
    {
        await using var store = await WithTwoHostsAsync();
        await AddAsync(store, HistoryStore.HostId(1), "of one", Start.AddHours(2));
        await AddAsync(store, HistoryStore.HostId(2), "of the other", Start.AddHours(1));
        await AddAsync(store, null, "of all", Start.AddHours(1));
        await AddAsync(store, null, "another day", Start.AddDays(2));

        Assert.Equal(["of all", "of one"], (await ListAsync(store, HistoryStore.HostId(1))).Select(note => note.Text));
        Assert.Equal(["of the other", "of all", "of one"], (await ListAsync(store, null)).Select(note => note.Text));
    }

    [Fact]
    public async Task Add_RegionThatBeganBefore_IsListed()
    {
        await using var store = await WithTwoHostsAsync();
        (AnnotationDraft? draft, _) = AnnotationDraft.Check(HistoryStore.HostId(1), Start.AddDays(-1), Start.AddHours(1), " maintenance ", "rack1, bios bios");
        Assert.Null((await store.Notes.AddAsync(draft!, Samples.By)).Problem);

        Annotation note = Assert.Single(await ListAsync(store, HistoryStore.HostId(1)));

        Assert.Equal(("maintenance", "tester", Start.AddHours(1)), (note.Text, note.Author, note.To));
        Assert.Equal(["rack1", "bios"], note.Tags);
        Assert.Equal("host-1", note.HostName);
    }

    [Fact]
    public async Task Edit_Text_KeepsAuthorAndSaysWhen()
    {
        await using var store = await WithTwoHostsAsync();
        await AddAsync(store, null, "before", Start.AddHours(1));
        Annotation note = Assert.Single(await ListAsync(store, null));
        store.Time.SetUtcNow(Start.AddHours(5));
        (AnnotationDraft? draft, _) = AnnotationDraft.Check(null, Start.AddHours(2), null, "after", "");

        Assert.Null(await store.Notes.EditAsync(note.Id, draft!, Samples.By));

        Annotation edited = Assert.Single(await ListAsync(store, null));
        Assert.Equal(("after", Start.AddHours(2), (DateTimeOffset?)Start.AddHours(5)), (edited.Text, edited.From, edited.EditedAt));
    }

    [Fact]
    public async Task Delete_ThenRestoreInTime_BringsItBack()
    {
        await using var store = await WithTwoHostsAsync();
        await AddAsync(store, null, "note", Start.AddHours(1));
        Annotation note = Assert.Single(await ListAsync(store, null));

        Assert.Null(await store.Notes.DeleteAsync(note.Id, Samples.By));
        Assert.Empty(await ListAsync(store, null));
        store.Time.SetUtcNow(Start.AddSeconds(10));
        Assert.Null(await store.Notes.RestoreAsync(note.Id, Samples.By));

        Assert.Equal(note, Assert.Single(await ListAsync(store, null)) with { Tags = note.Tags });
    }

    [Fact]
    public async Task Restore_TooLate_SaysSo()
    {
        await using var store = await WithTwoHostsAsync();
        await AddAsync(store, null, "note", Start.AddHours(1));
        Annotation note = Assert.Single(await ListAsync(store, null));
        await store.Notes.DeleteAsync(note.Id, Samples.By);
        store.Time.SetUtcNow(Start.AddMinutes(1));

        Assert.Contains("cannot come back", await store.Notes.RestoreAsync(note.Id, Samples.By), StringComparison.Ordinal);
        Assert.Contains("somebody else deleted or changed it", await store.Notes.DeleteAsync(note.Id, Samples.By), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Add_UnknownHost_SaysSo()
    {
        await using var store = new HistoryStore();
        (AnnotationDraft? draft, _) = AnnotationDraft.Check("nobody", Start, null, "note", "");

        Assert.Contains("nobody is not known", (await store.Notes.AddAsync(draft!, Samples.By)).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Changes_OfAnAnnotation_StandInTheAuditLog()
    {
        await using var store = await WithTwoHostsAsync();
        string host = HistoryStore.HostId(1);
        await AddAsync(store, host, "note", Start.AddHours(1));
        Annotation note = Assert.Single(await ListAsync(store, host));
        (AnnotationDraft? draft, _) = AnnotationDraft.Check(host, Start.AddHours(2), null, "changed", "");
        Assert.Null(await store.Notes.EditAsync(note.Id, draft!, Samples.By));
        Assert.Null(await store.Notes.DeleteAsync(note.Id, Samples.By));
        Assert.Null(await store.Notes.RestoreAsync(note.Id, Samples.By));
        Assert.NotNull(await store.Notes.EditAsync(note.Id + 1, draft!, Samples.By));

        using DbConnection connection = store.Engine.OpenReader();
        (string, string, string, string)[] audit = [.. connection.Query<(string, string, string, string)>("SELECT actor, action, target, detail FROM audit ORDER BY id")];

        Assert.Equal(
            [("tester", "annotation.add", host, "annotation 1: note"), ("tester", "annotation.edit", host, "annotation 1: changed"),
                ("tester", "annotation.delete", host, "annotation 1: changed"), ("tester", "annotation.restore", host, "annotation 1: changed")],
            audit);
    }

    [Fact]
    public async Task Edit_OfWhatSomebodyElseChanged_ChangesNothing()
    {
        await using var store = await WithTwoHostsAsync();
        await AddAsync(store, null, "note", Start.AddHours(1));
        Annotation seen = Assert.Single(await ListAsync(store, null));
        store.Time.SetUtcNow(Start.AddHours(5));
        (AnnotationDraft? draft, _) = AnnotationDraft.Check(null, Start.AddHours(2), null, "theirs", "");
        Assert.Null(await store.Notes.EditAsync(seen.Id, draft!, Samples.By, seen.ChangedAt));

        Assert.Contains("or changed it", await store.Notes.EditAsync(seen.Id, draft!, Samples.By, seen.ChangedAt), StringComparison.Ordinal);
        Assert.Contains("or changed it", await store.Notes.DeleteAsync(seen.Id, Samples.By, seen.ChangedAt), StringComparison.Ordinal);

        Annotation kept = (await store.Notes.FindAsync(seen.Id, TestContext.Current.CancellationToken))!;
        Assert.Equal("theirs", kept.Text);
        Assert.Null(await store.Notes.DeleteAsync(seen.Id, Samples.By, kept.ChangedAt));
        Assert.Null(await store.Notes.FindAsync(seen.Id, TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("  ", "", "has no text")]
    [InlineData("text", "a b c d e f g h i", "9 tags")]
    [InlineData("text", "<b>", "'<b>'")]
    public void Check_WhatIsWrong_IsNamed(string text, string tags, string expected)
    {
        (AnnotationDraft? draft, string? problem) = AnnotationDraft.Check(null, Start, null, text, tags);

        Assert.Null(draft);
        Assert.Contains(expected, problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Check_TextTooLongOrEndBeforeStart_IsNamed()
    {
        Assert.Contains("2001 characters", AnnotationDraft.Check(null, Start, null, new string('x', 2_001), "").Problem, StringComparison.Ordinal);
        Assert.Contains("end is not after the start", AnnotationDraft.Check(null, Start, Start, "x", "").Problem, StringComparison.Ordinal);
    }

    private static async Task<HistoryStore> WithTwoHostsAsync()
    {
        var store = new HistoryStore();
        await store.InsertAsync(1, 1, Start);
        await store.InsertAsync(2, 1, Start);
        return store;
    }

    private static async Task AddAsync(HistoryStore store, string? hostId, string text, DateTimeOffset at)
    {
        (AnnotationDraft? draft, string? problem) = AnnotationDraft.Check(hostId, at, null, text, "");
        Assert.Null(problem);
        Assert.Null((await store.Notes.AddAsync(draft!, Samples.By)).Problem);
    }

    private static Task<IReadOnlyList<Annotation>> ListAsync(HistoryStore store, string? hostId) => store.Notes.ListAsync(hostId, Day, TestContext.Current.CancellationToken);
}
