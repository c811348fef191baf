namespace TdxDash.Web.Components.Parts;

/// <summary>A component's part in the renders of its circuit.</summary>
public sealed class RenderTurn : IDisposable
{
    private readonly CircuitRenders _circuit;
    private readonly Action _run;
    private volatile bool _isOver;

    internal RenderTurn(CircuitRenders circuit, Action run) => (_circuit, _run) = (circuit, run);

    /// <summary>Asks for a render; safe on any thread, and without effect after disposal.</summary>
    public void Request()
    {
        if (!_isOver)
        {
            _circuit.Request(this);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _isOver = true;

    internal void Run()
    {
        if (!_isOver)
        {
            _run();
        }
    }
}
