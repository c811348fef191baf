using TdxDash.Web.Live;
using TdxDash.Web.Security.Access;
using TdxDash.Web.Store;

namespace TdxDash.Web.Security.Visible;

/// <summary>The labels of the hosts that the viewer may see, to change for those that the viewer may operate on, before and after.</summary>
internal sealed class VisibleLabels(LabelBook book, IViewer viewer) : ILabelBook
{
    /// <inheritdoc/>
    public (IReadOnlyList<string> Groups, IReadOnlyList<string> Tags) InUse
    {
        get
        {
            (IReadOnlyList<string> groups, IReadOnlyList<string> tags) = book.InUse;
            Rights rights = viewer.Rights;
            // A tag's name tells nothing of a host, and is what a search for it needs.
            return rights.SeesAll ? (groups, tags) : ([.. groups.Where(name => LabelText.TryParse(name, out LabelText group) && rights.May(Role.Viewer, group))], tags);
        }
    }

    /// <inheritdoc/>
    public HostLabels Find(string hostId) => viewer.May(Role.Viewer, hostId) ? book.Find(hostId) : HostLabels.None;

    /// <inheritdoc/>
    public Task<string?> ChangeAsync(IReadOnlyDictionary<string, HostLabels> labels, Actor by, CancellationToken cancellation, IReadOnlyDictionary<string, HostLabels>? known = null)
    {
        ArgumentNullException.ThrowIfNull(labels);
        Rights rights = viewer.Rights;
        return labels.All(change => rights.May(Role.Operator, book.Find(change.Key).Group) && rights.May(Role.Operator, change.Value.Group))
            ? book.ChangeAsync(labels, by, cancellation, known)
            : Task.FromResult<string?>(Refusal.Of(Role.Operator));
    }

    /// <inheritdoc/>
    public IDisposable Subscribe(Action<string> onChange) => book.Subscribe(hostId =>
    {
        if (viewer.May(Role.Viewer, hostId))
        {
            onChange(hostId);
        }
    });
}
