using System.Collections.Concurrent;
using TdxDash.Web.Components.Parts;
using TdxDash.Web.Live.Reinit;

namespace TdxDash.Web.Components.Live;

/// <summary>A host that has come further in a run that its row on the board shows already.</summary>
/// <param name="Host">The host's id.</param>
/// <param name="Sequence">The number of the last observation in it.</param>
/// <param name="Stage">The stage in words, as <see cref="MiniStepper"/> has them.</param>
/// <param name="Dots">The classes of the stepper's dots, with a space between each two.</param>
internal sealed record BoardStep(string Host, long Sequence, string Stage, string Dots);

/// <summary>Stages that go on between two drawings of the board, which are at most four a second: twenty times a second those of all hosts that came further are sent together, once
/// the browser has shown those before.</summary>
internal sealed class BoardSteps : IDisposable
{
    /// <summary>Between two times.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);

    private readonly ConcurrentDictionary<string, HostReinit> _waiting = new(StringComparer.Ordinal);
    private readonly Func<IReadOnlyCollection<HostReinit>, Task> _show;
    private readonly RenderGate _gate;
    private int _isShowing;

    /// <summary>Makes it.</summary>
    /// <param name="time">The clock.</param>
    /// <param name="show">Shows the hosts as they are now, and ends once the browser has; it returns soon and handles its own failures.</param>
    public BoardSteps(TimeProvider time, Func<IReadOnlyCollection<HostReinit>, Task> show)
    {
        _show = show;
        _gate = new RenderGate(time, Interval, () => _ = RunAsync());
    }

    /// <summary>Takes a host that changed; safe on any thread, and returns at once.</summary>
    public void See(HostReinit host)
    {
        _waiting[host.HostId] = host;
        _gate.Request();
    }

    /// <inheritdoc/>
    public void Dispose() => _gate.Dispose();

    private async Task RunAsync()
    {
        if (Interlocked.Exchange(ref _isShowing, 1) == 1)
        {
            return;
        }

        try
        {
            List<HostReinit> hosts = [];
            foreach ((string id, _) in _waiting)
            {
                if (_waiting.TryRemove(id, out HostReinit? host))
                {
                    hosts.Add(host);
                }
            }

            await _show(hosts);
        }
        finally
        {
            Volatile.Write(ref _isShowing, 0);
            if (!_waiting.IsEmpty)
            {
                _gate.Request();
            }
        }
    }
}
