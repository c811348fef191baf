using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using TdxDash.Web.Nodes;

namespace TdxDash.Web.Security.Probes;

/// <summary>Makes the challenges that probes sign, and knows them again without keeping any: each carries when it was made and a code (HMAC-SHA256) under a key that this process alone has,
/// or all nodes on one store. Time is that of the monotonic clock, or that of the database's server where nodes share one: a wall clock that is set, here or on a host, locks nobody out; the server's, set back, refuses challenges of before, and a probe asks for
/// another one.</summary>
/// <param name="time">The clock.</param>
/// <param name="nodes">What nodes share; null for a dashboard that is alone.</param>
internal sealed class ProbeChallenges(TimeProvider time, SharedChallenges? nodes = null)
{
    /// <summary>How long one is good for: a probe that has it may wait for its turn for most of that.</summary>
    public static readonly TimeSpan Validity = TimeSpan.FromSeconds(60);

    private const int NonceBytes = 16, StampedBytes = NonceBytes + sizeof(long), Bytes = StampedBytes + HMACSHA256.HashSizeInBytes;

    private readonly byte[] _ownKey = RandomNumberGenerator.GetBytes(HMACSHA256.HashSizeInBytes);

    private byte[] Key => nodes?.Key ?? _ownKey;

    private long Stamp => nodes?.Now ?? time.GetTimestamp();

    /// <summary>Makes one.</summary>
    public string Issue()
    {
        Span<byte> bytes = stackalloc byte[Bytes];
        RandomNumberGenerator.Fill(bytes[..NonceBytes]);
        BinaryPrimitives.WriteInt64BigEndian(bytes[NonceBytes..], Stamp);
        HMACSHA256.HashData(Key, bytes[..StampedBytes], bytes[StampedBytes..]);
        return Base64Url.EncodeToString(bytes);
    }

    /// <summary>Whether text from outside is a challenge of this process, or of a node beside it, that is still good.</summary>
    public bool IsGood(string challenge)
    {
        Span<byte> bytes = stackalloc byte[Bytes];
        if (!Base64Url.IsValid(challenge, out int length) || length != Bytes || !Base64Url.TryDecodeFromChars(challenge, bytes, out _))
        {
            return false;
        }

        Span<byte> code = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(Key, bytes[..StampedBytes], code);
        return CryptographicOperations.FixedTimeEquals(code, bytes[StampedBytes..]) && IsNow(BinaryPrimitives.ReadInt64BigEndian(bytes[NonceBytes..]));
    }

    // Nodes differ a little, so that one of another node may be of the future, by no more than that.
    private bool IsNow(long stamp)
    {
        TimeSpan age = Age(stamp);
        return age >= -NodeClock.MostApart && age <= Validity;
    }

    private TimeSpan Age(long stamp) => nodes is null ? time.GetElapsedTime(stamp) : TimeSpan.FromMicroseconds(nodes.Now - stamp);
}
