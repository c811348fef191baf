namespace TdxDash.Web.Components.Parts;

/// <summary>A component's part in the renders of its circuit.</summary>
public sealed class RenderTurn : IDisposable
{
    private readonly CircuitRenders _circuit;
    private readonly Action _run;
    private readonly bool _waitsForBrowser;
    private readonly Lock _lock = new();
    private volatile bool _isOver;
    private bool _isUndrawn;
    private bool _again;

    internal RenderTurn(CircuitRenders circuit, Action run, bool waitsForBrowser) => (_circuit, _run, _waitsForBrowser) = (circuit, run, waitsForBrowser);

    /// <summary>Asks for a render; safe on any thread, and without effect after disposal.</summary>
    public void Request()
    {
        if (!_isOver)
        {
            _circuit.Request(this);
        }
    }

    /// <summary>Says that the browser has drawn what the last turn rendered, or that it rendered nothing: the framework calls <c>OnAfterRender</c> once the browser has
    /// acknowledged it.</summary>
    public void Drawn()
    {
        bool again;
        lock (_lock)
        {
            (again, _again, _isUndrawn) = (_again, false, false);
        }

        if (again)
        {
            Request();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _isOver = true;

    internal void Run()
    {
        if (!_isOver && Takes())
        {
            _run();
        }
    }

    private bool Takes()
    {
        lock (_lock)
        {
            _again = _isUndrawn;
            _isUndrawn = _waitsForBrowser;
            return !_again;
        }
    }
}
