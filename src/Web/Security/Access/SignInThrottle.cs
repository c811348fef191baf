using System.Net;

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

    /// <summary>The longest wait: long enough to make guessing pointless, short enough that who has lost patience comes back. Whoever knows a name can make its next sign-in wait that long, again and again; a session that is there goes on.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(15);

    // Beyond it what is oldest is forgotten: who floods the book gains no more than a few tries for each forgotten name.
    private const int MostKept = 10_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Tries> _tries = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Asks for a try and counts it as a wrong one until <see cref="Succeeded"/> says otherwise: tries at the same time count as well.</summary>
    /// <param name="account">The name, whether or not there is such an account: nobody learns from a wait which names exist.</param>
    /// <param name="address">From where.</param>
    /// <returns>How long to wait first; zero where the try may be made.</returns>
    public TimeSpan Begin(string account, IPAddress? address)
    {
        string own = AccountKey(account), from = AddressKey(address);
        lock (_gate)
        {
            TimeSpan wait = Longer(WaitOf(own), WaitOf(from));
            if (wait == TimeSpan.Zero)
            {
                Count(own, FreeTries);
                Count(from, FreeTriesOfAddress);
            }

            return wait;
        }
    }

    /// <summary>The try was right: the account's wrong ones are forgotten, and of the address this one. Those before it are not, or one own account would make guessing others' free.</summary>
    public void Succeeded(string account, IPAddress? address)
    {
        lock (_gate)
        {
            _tries.Remove(AccountKey(account));
            TakeBack(AddressKey(address));
        }
    }

    /// <summary>The try was not made after all: it counts for nothing.</summary>
    public void Abandoned(string account, IPAddress? address)
    {
        lock (_gate)
        {
            TakeBack(AccountKey(account));
            TakeBack(AddressKey(address));
        }
    }

    private static string AccountKey(string account) => $"account {account}";

    private static string AddressKey(IPAddress? address) => $"address {CallerAddress.NetworkOf(address)}";

    private static TimeSpan Longer(TimeSpan one, TimeSpan other) => one > other ? one : other;

    private TimeSpan WaitOf(string key) => _tries.TryGetValue(key, out Tries? tries) && tries.Wait - time.GetElapsedTime(tries.At) is { Ticks: > 0 } rest ? rest : TimeSpan.Zero;

    private void Count(string key, int free)
    {
        if (_tries.Count >= MostKept)
        {
            foreach (KeyValuePair<string, Tries> old in _tries.OrderBy(pair => pair.Value.At).Take(MostKept / 10).ToList())
            {
                _tries.Remove(old.Key);
            }
        }

        // A day without one more starts anew.
        int count = _tries.TryGetValue(key, out Tries? before) && time.GetElapsedTime(before.At) <= TimeSpan.FromDays(1) ? before.Count + 1 : 1;
        int over = Math.Min(count - free, 10);
        _tries[key] = new Tries(count, time.GetTimestamp(), over < 0 ? TimeSpan.Zero : Shorter(FirstWait * Math.Pow(2, over), LongestWait));
    }

    private void TakeBack(string key)
    {
        if (_tries.TryGetValue(key, out Tries? tries))
        {
            _tries[key] = tries with { Count = Math.Max(0, tries.Count - 1), Wait = TimeSpan.Zero };
        }
    }

    private static TimeSpan Shorter(TimeSpan one, TimeSpan other) => one < other ? one : other;

    private sealed record Tries(int Count, long At, TimeSpan Wait);
}
