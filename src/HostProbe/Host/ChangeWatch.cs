using TdxDash.HostProbe.Uplink;

namespace TdxDash.HostProbe.Host;

/// <summary>Looks every two seconds at those sources of a host that cost next to nothing, and wakes the service when one of them has
/// changed. It asks neither the TDX module nor P-SEAMLDR.</summary>
public sealed class ChangeWatch : IDisposable
{
    /// <summary>Between two looks.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromSeconds(2);

    // Hot-plugged memory is seen in iomem; memory that goes on- or offline in the nodes that have some. The state files of single
    // blocks are thousands, and no value of a snapshot comes from them.
    private static readonly string[] Sources =
    [
        "/sys/devices/faux/tdx_host/version",
        "/sys/class/firmware/tdx_module/status",
        "/sys/module/kvm_intel/parameters/tdx",
        "/proc/iomem",
        "/sys/devices/system/node/online",
        "/sys/devices/system/node/has_memory",
    ];

    private readonly HostFiles _files;
    private readonly Func<string, IReadOnlyList<string>> _tdxLines;
    private readonly Action<string> _say;
    private readonly KernelLogTail? _log;
    private readonly HostAccess[] _seen;

    /// <summary>Remembers what the sources hold now.</summary>
    /// <param name="files">The host.</param>
    /// <param name="tdxLines">Picks the lines that speak of TDX out of a piece of kernel log.</param>
    /// <param name="say">Takes a sentence for the service's log.</param>
    public ChangeWatch(HostFiles files, Func<string, IReadOnlyList<string>> tdxLines, Action<string> say)
    {
        ArgumentNullException.ThrowIfNull(files);
        _files = files;
        _tdxLines = tdxLines;
        _say = say;
        _log = files.FollowLog();
        _seen = [.. Sources.Select(files.Read)];
    }

    /// <summary>Looks once a <see cref="Period"/> and sets the signal for each look that found a change, until cancelled.</summary>
    public async Task RunAsync(WakeSignal wake, TimeProvider time, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(wake);
        using var timer = new PeriodicTimer(Period, time);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellation).ConfigureAwait(false))
            {
                if (Look())
                {
                    wake.Set();
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Being cancelled is how it ends.
        }
    }

    /// <summary>Whether a source has changed since the last look: its content, or why it cannot be read, or a new line about TDX in the
    /// kernel log.</summary>
    public bool Look()
    {
        bool changed = _log?.ReadNew() is { } piece && LookAt(piece);
        for (int i = 0; i < Sources.Length; i++)
        {
            HostAccess now = _files.Read(Sources[i]);
            if (now.Error != _seen[i].Error || !now.Content.AsSpan().SequenceEqual(_seen[i].Content))
            {
                _seen[i] = now;
                changed = true;
            }
        }

        return changed;
    }

    // Among what was lost there may have been a line about TDX: the whole log, as far as it is still there, is read again.
    private bool LookAt(KernelLogPiece piece)
    {
        if (piece.Lost > 0)
        {
            _say($"The kernel overwrote {piece.Lost} or more records of its log before they were read. Lines about TDX may be among them; a larger log_buf_len keeps more.");
        }

        return piece.Lost > 0 || (piece.Text.Length > 0 && _tdxLines(piece.Text).Count > 0);
    }

    /// <summary>Closes the kernel log.</summary>
    public void Dispose() => _log?.Dispose();
}
