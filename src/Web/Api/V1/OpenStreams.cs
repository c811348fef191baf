using TdxDash.Web.Security.Access;

namespace TdxDash.Web.Api.V1;

/// <summary>Counts the streams of events that are open: each holds a queue and is told of every event.</summary>
internal sealed class OpenStreams
{
    /// <summary>The most of one caller.</summary>
    public const int MostOfCaller = 20;

    /// <summary>The most of all.</summary>
    public const int Most = 200;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, int> _open = new(StringComparer.Ordinal);
    private int _all;

    /// <summary>Takes a place.</summary>
    /// <param name="caller">Whose; tokens of one account are one caller.</param>
    /// <param name="refusal">Why there is none, and what to do; empty where there is one.</param>
    public bool TryOpen(string caller, out string refusal)
    {
        string account = CallerActor.AccountOf(caller);
        lock (_gate)
        {
            int own = _open.GetValueOrDefault(account);
            refusal = own >= MostOfCaller ? $"The caller has {own} streams open, as many as it may: close one, or wait a minute for one to end."
                : _all >= Most ? $"{_all} streams are open, as many as there may be: wait a minute for one to end."
                : "";
            if (refusal.Length > 0)
            {
                return false;
            }

            (_open[account], _all) = (own + 1, _all + 1);
            return true;
        }
    }

    /// <summary>Gives a place back.</summary>
    public void Close(string caller)
    {
        string account = CallerActor.AccountOf(caller);
        lock (_gate)
        {
            _all--;
            if (--_open[account] == 0)
            {
                _open.Remove(account);
            }
        }
    }
}
