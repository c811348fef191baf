using TdxDash.Web.Live.History;
using TdxDash.Web.Security.Access;
using TdxDash.Web.Store;

namespace TdxDash.Web.Security.Visible;

/// <summary>Annotations of the fleet and of the hosts that the viewer may see, to change for hosts that the viewer may operate on. One of the fleet takes the role everywhere.</summary>
internal sealed class VisibleAnnotations(Annotations annotations, IViewer viewer) : IAnnotations
{
    // So many times so many are read for one page of what somebody may see.
    private const int MostReads = 20;

    private const string Absent = "There is no such annotation any more.";

    /// <inheritdoc/>
    public async Task<AnnotationPage> PageAsync(string? hostId, TimeWindow window, AnnotationPlace? after, int limit, CancellationToken cancellation)
    {
        if (hostId is not null && !viewer.May(Role.Viewer, hostId))
        {
            return new AnnotationPage([], null);
        }

        return hostId is not null || viewer.Rights.SeesAll
            ? await annotations.PageAsync(hostId, window, after, limit, cancellation)
            : await SeenAsync(window, after, limit, cancellation);
    }

    /// <inheritdoc/>
    public async Task<Annotation?> FindAsync(long id, CancellationToken cancellation) => await annotations.FindAsync(id, cancellation) is { } found && Sees(found) ? found : null;

    /// <inheritdoc/>
    public async Task<(long Id, string? Problem)> AddAsync(AnnotationDraft draft, Actor by)
    {
        ArgumentNullException.ThrowIfNull(draft);
        return May(draft.HostId) ? await annotations.AddAsync(draft, by) : (0, Refusal.Of(Role.Operator));
    }

    /// <inheritdoc/>
    public async Task<string?> EditAsync(long id, AnnotationDraft draft, Actor by, DateTimeOffset? known = null) => await RefusalOfAsync(id) ?? await annotations.EditAsync(id, draft, by, known);

    /// <inheritdoc/>
    public async Task<string?> DeleteAsync(long id, Actor by, DateTimeOffset? known = null) => await RefusalOfAsync(id) ?? await annotations.DeleteAsync(id, by, known);

    /// <inheritdoc/>
    public Task<string?> RestoreAsync(long id, Actor by) => annotations.HostOfDeleted(id) is (true, var hostId) && !May(hostId)
        ? Task.FromResult<string?>(Refusal.Of(Role.Operator))
        : annotations.RestoreAsync(id, by);

    // Until the page is full of what the viewer may see, and one more tells that there is another page. Who sees few of a great many gets a shorter page rather than a long wait, and goes on
    // from where it ended.
    private async Task<AnnotationPage> SeenAsync(TimeWindow window, AnnotationPlace? after, int limit, CancellationToken cancellation)
    {
        var seen = new List<Annotation>();
        for (int i = 0; i < MostReads; i++)
        {
            AnnotationPage page = await annotations.PageAsync(null, window, after, IAnnotations.MostListed, cancellation);
            seen.AddRange(page.Items.Where(Sees));
            after = page.Next;
            if (after is null || seen.Count > limit)
            {
                break;
            }
        }

        return seen.Count > limit ? AnnotationPage.Of(seen, limit) : new AnnotationPage(seen, after);
    }

    private async Task<string?> RefusalOfAsync(long id) => await FindAsync(id, CancellationToken.None) is not { } found ? Absent : May(found.HostId) ? null : Refusal.Of(Role.Operator);

    private bool Sees(Annotation annotation) => annotation.HostId is null || viewer.May(Role.Viewer, annotation.HostId);

    private bool May(string? hostId) => hostId is null ? viewer.Rights.MayEverywhere(Role.Operator) : viewer.May(Role.Operator, hostId);
}
