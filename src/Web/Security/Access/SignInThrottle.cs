using System.Collections.Concurrent;

namespace TdxDash.Web.Security.Access;

/// <summary>Slows down who guesses passwords: a few tries, then a wait that doubles, for each account and for each address that tries. A monotonic clock
/// counts, so that a clock that is set neither frees nor locks anybody.</summary>
/// <param name="time">The clock.</param>
internal sealed class SignInThrottle(TimeProvider time)
{
    /// <summary>Wrong passwords in a row before the first wait.</summary>
    public const int FreeTries = 5;

    /// <summary>Wrong passwords in a row from one address, whatever the account, before the first wait.</summary>
    public const int FreeTriesOfAddress = 20;

    /// <summary>The first wait.</summary>
    public static readonly TimeSpan FirstWait = TimeSpan.FromMinutes(1);

    /// <summary>The longest wait: long enough to make guessing pointless, short enough that nobody can lock a colleague out for a day.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(15);

    // Beyond it what is oldest is forgotten: who floods the book gains no more than a few tries for each forgotten name.
    private const int MostKept = 10_000;

    private readonly ConcurrentDictionary<string, Tries> _tries = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>How long to wait before the next try; zero for not at all.</summary>
    public TimeSpan Wait(string account, string address) => Longer(WaitOf(AccountKey(account)), WaitOf(AddressKey(address)));

    /// <summary>Counts a wrong password.</summary>
    public void Failed(string account, string address)
    {
        Count(AccountKey(account), FreeTries);
        Count(AddressKey(address), FreeTriesOfAddress);
    }

    /// <summary>Counts a right one: the account's wrong ones are forgotten. Those of the address are not, or one own account would make guessing others' free.</summary>
    public void Succeeded(string account) => _tries.TryRemove(AccountKey(account), out _);

    private static string AccountKey(string account) => $"account {account}";

    private static string AddressKey(string address) => $"address {address}";

    private static TimeSpan Longer(TimeSpan one, TimeSpan other) => one > other ? one : other;

    private TimeSpan WaitOf(string key) => _tries.TryGetValue(key, out Tries? tries) && tries.Wait - time.GetElapsedTime(tries.At) is { Ticks: > 0 } rest ? rest : TimeSpan.Zero;

    private void Count(string key, int free)
    {
        if (_tries.Count >= MostKept)
        {
            foreach (KeyValuePair<string, Tries> old in _tries.OrderBy(pair => pair.Value.At).Take(MostKept / 10))
            {
                _tries.TryRemove(old);
            }
        }

        _tries.AddOrUpdate(key, _ => new Tries(1, time.GetTimestamp(), TimeSpan.Zero), (_, before) =>
        {
            // A day without one more starts anew.
            int count = time.GetElapsedTime(before.At) > TimeSpan.FromDays(1) ? 1 : before.Count + 1;
            int over = Math.Min(count - free, 10);
            TimeSpan wait = over < 0 ? TimeSpan.Zero : Shorter(FirstWait * Math.Pow(2, over), LongestWait);
            return new Tries(count, time.GetTimestamp(), wait);
        });
    }

    private static TimeSpan Shorter(TimeSpan one, TimeSpan other) => one < other ? one : other;

    private sealed record Tries(int Count, long At, TimeSpan Wait);
}
