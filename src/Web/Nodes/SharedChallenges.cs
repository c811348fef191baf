using TdxDash.Web.Store.Postgres;

namespace TdxDash.Web.Nodes;

/// <summary>What all nodes make challenges for probes with, so that one takes what another gave.</summary>
/// <param name="reader">Reads the key.</param>
/// <param name="clock">The time that all nodes share.</param>
internal sealed class SharedChallenges(NodeReader reader, NodeClock clock)
{
    // Asked for once the store is open; a look that failed is tried again.
    private byte[]? _key;

    /// <summary>The key of their codes.</summary>
    public byte[] Key => _key ??= reader.ChallengeKey();

    /// <summary>Now, in microseconds since 1970 in UTC.</summary>
    public long Now => clock.Now;
}
