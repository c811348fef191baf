namespace TdxDash.Web.Components.Parts;

/// <summary>The renders of one circuit that no click asked for: its components take their turns together, at most four times a second.</summary>
public sealed class CircuitRenders : IDisposable
{
    private readonly Lock _lock = new();
    private readonly RenderGate _gate;
    private List<RenderTurn> _waiting = [];

    /// <summary>Makes the one of a circuit.</summary>
    /// <param name="time">The clock.</param>
    public CircuitRenders(TimeProvider time) => _gate = new RenderGate(time, RenderGate.PageInterval, RunAll);

    /// <summary>Lets a component take part.</summary>
    /// <param name="run">Renders it; it must return soon and handle its own failures.</param>
    /// <param name="waitsForBrowser">Whether a turn waits until the one before it was <see cref="RenderTurn.Drawn"/>, which the component then has to say each time. For what changes much and
    /// for long: where the browser draws slower than renders come, they would queue up there, and each be shown later than the one before.</param>
    /// <returns>Where the component asks for its turn; to be disposed with it.</returns>
    public RenderTurn Join(Action run, bool waitsForBrowser = false)
    {
        ArgumentNullException.ThrowIfNull(run);
        return new RenderTurn(this, run, waitsForBrowser);
    }

    /// <inheritdoc/>
    public void Dispose() => _gate.Dispose();

    internal void Request(RenderTurn turn)
    {
        lock (_lock)
        {
            if (_waiting.Contains(turn))
            {
                return;
            }

            _waiting.Add(turn);
        }

        _gate.Request();
    }

    private void RunAll()
    {
        List<RenderTurn> turns;
        lock (_lock)
        {
            (turns, _waiting) = (_waiting, []);
        }

        turns.ForEach(turn => turn.Run());
    }
}
