namespace TdxDash.Web.Live.Alerts.Delivery;

/// <summary>Hands messages to one kind of target.</summary>
internal interface IAlertSender
{
    /// <summary>The kind.</summary>
    AlertTargetKind Kind { get; }

    /// <summary>Sends a message.</summary>
    /// <param name="draft">Where to.</param>
    /// <param name="secret">The target's secret; empty for none.</param>
    /// <param name="message">The message.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <returns>Null when the target took it, else why not and what to do, without anything that the target wrote.</returns>
    Task<string?> SendAsync(TargetDraft draft, string secret, AlertMessage message, CancellationToken cancellation);
}
