using System.Collections.Concurrent;

namespace TdxDash.Web.Security.Access;

/// <summary>Keys that the store gave nothing for a moment ago, so that it is not asked for them with every request.</summary>
/// <param name="time">The clock.</param>
internal sealed class MissedKeys(TimeProvider time)
{
    /// <summary>How long one is remembered.</summary>
    public static readonly TimeSpan KeptFor = TimeSpan.FromSeconds(1);

    private const int MostKept = 1_000;

    private readonly ConcurrentDictionary<string, (long At, bool IsSure)> _keys = new(StringComparer.Ordinal);

    /// <summary>Notes one.</summary>
    /// <param name="key">The key.</param>
    /// <param name="isSure">Whether the store said so; it did not answer else.</param>
    public void Add(string key, bool isSure)
    {
        // Forgetting costs no more than asking again.
        if (_keys.Count >= MostKept)
        {
            _keys.Clear();
        }

        _keys[key] = (time.GetTimestamp(), isSure);
    }

    /// <summary>Whether one was missed a moment ago.</summary>
    public bool Has(string key) => Find(key) is not null;

    /// <summary>Whether one was missed a moment ago as the store did not answer.</summary>
    public bool IsUnsure(string key) => Find(key) is false;

    private bool? Find(string key) => _keys.TryGetValue(key, out (long At, bool IsSure) missed) && time.GetElapsedTime(missed.At) < KeptFor ? missed.IsSure : null;
}
