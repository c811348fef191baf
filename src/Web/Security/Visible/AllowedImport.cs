using TdxDash.Tdx.Snapshots;
using TdxDash.Web.Ingest;
using TdxDash.Web.Security.Access;
using TdxDash.Web.Store;

namespace TdxDash.Web.Security.Visible;

/// <summary>Imports for viewers that may. A new host is in no group, so it takes the role everywhere.</summary>
internal sealed class AllowedImport(ImportIntake intake, AuditLog audit, IViewer viewer) : IImportIntake
{
    /// <inheritdoc/>
    public async Task<ImportOutcome> StoreAsync(Snapshot snapshot, string name, CancellationToken cancellation)
    {
        if (!viewer.Rights.MayEverywhere(Role.Operator))
        {
            return new ImportOutcome("", Refusal.Of(Role.Operator));
        }

        ImportOutcome outcome = await intake.StoreAsync(snapshot, name, cancellation);
        if (outcome.Error.Length == 0)
        {
            await audit.AddAsync(new AuditEntry(viewer.Actor, "host.import", outcome.HostId, name));
        }

        return outcome;
    }
}
