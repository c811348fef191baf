namespace TdxDash.Web.Components.Url;

/// <summary>What was sent on its way to come back later, each in its turn, such as an address that a page asks the browser to show: tells what comes back from what somebody else changed.</summary>
/// <typeparam name="T">What is sent; compared as <see cref="EqualityComparer{T}.Default"/> does.</typeparam>
public sealed class UnderWay<T>
{
    // More than anybody types before the first comes back; what is changed on its way never does.
    private const int Most = 256;

    private readonly List<T> _sent = [];

    /// <summary>Whether it is waited for.</summary>
    public bool Has(T sent) => _sent.Contains(sent);

    /// <summary>Adds what is sent now.</summary>
    public void Send(T sent)
    {
        if (_sent.Count == Most)
        {
            _sent.RemoveAt(0);
        }

        _sent.Add(sent);
    }

    /// <summary>Adds what comes before all that was sent.</summary>
    public void SendFirst(T sent)
    {
        // A browser may say so without end.
        if (_sent.Count < Most)
        {
            _sent.Insert(0, sent);
        }
    }

    /// <summary>Takes what came: true where it was sent, and so is no newer than what its sender knows; it is then waited for no more, nor is what was sent before it.
    /// False where somebody else changed it: nothing that was sent before is waited for then.</summary>
    public bool TakeBack(T come)
    {
        // The first one: the same may be sent, something else after it, and the same again before any comes back.
        int place = _sent.IndexOf(come);
        _sent.RemoveRange(0, place < 0 ? _sent.Count : place + 1);
        return place >= 0;
    }
}
