namespace TdxDash.Web.Live;

/// <summary>Up to when this node knows what other nodes hear of hosts. While the store stands still nobody's signs of life get through it, and a host that another node hears is not silent for that.</summary>
/// <param name="time">The monotonic clock.</param>
internal sealed class SignHorizon(TimeProvider time)
{
    /// <summary>The longest time between two rounds that is no standstill.</summary>
    public static readonly TimeSpan Usual = TimeSpan.FromSeconds(6);

    /// <summary>How long after a standstill the other nodes may take to save what they heard meanwhile.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private long _read = time.GetTimestamp(), _saved = time.GetTimestamp(), _last = time.GetTimestamp(), _known = time.GetTimestamp();
    private long? _wentOn;

    /// <summary>How long ago that is; little while all is well.</summary>
    public TimeSpan Behind
    {
        get
        {
            lock (_gate)
            {
                return time.GetElapsedTime(_known);
            }
        }
    }

    /// <summary>Signs of other nodes were read.</summary>
    /// <param name="began">When the reading began, by the monotonic clock.</param>
    public void Read(long began) => Move(ref _read, began);

    /// <summary>This node's own signs were saved, as others' can be then.</summary>
    /// <param name="began">When the saving began, by the monotonic clock.</param>
    public void Saved(long began) => Move(ref _saved, began);

    private void Move(ref long mark, long began)
    {
        lock (_gate)
        {
            mark = began;
            long now = Math.Min(_read, _saved);
            if (time.GetElapsedTime(_last, now) > Usual)
            {
                _wentOn = time.GetTimestamp();
            }

            _last = now;
            if (_wentOn is { } wentOn && time.GetElapsedTime(wentOn) < Grace)
            {
                return;
            }

            (_wentOn, _known) = (null, now);
        }
    }
}
