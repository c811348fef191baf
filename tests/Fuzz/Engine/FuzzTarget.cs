namespace TdxDash.Fuzz.Engine;

/// <summary>One parser of outside text or bytes, and what it promises about every input.</summary>
/// <param name="name">The folder of its findings below tests/data/fuzz.</param>
internal abstract class FuzzTarget(string name)
{
    /// <summary>The folder of its findings below tests/data/fuzz.</summary>
    public string Name => name;

    /// <summary>The longest input that is made up, in bytes.</summary>
    public virtual int MaxLength => 48 << 10;

    /// <summary>The most bytes that one input of a length may make the parser and its checks allocate: generous, to find blow-ups and not habits.</summary>
    public virtual long MaxAllocation(int length) => (48L << 20) + (4_096L * length);

    /// <summary>Inputs to begin with: real captures, golden files, and made-up ones.</summary>
    public abstract IEnumerable<byte[]> Seeds();

    /// <summary>Mends what would have nearly every mutated input refused at the door, such as a checksum.</summary>
    public virtual byte[] Repair(byte[] mutated, Random random) => mutated;

    /// <summary>Parses an input and holds the result against the promises.</summary>
    /// <returns>What became of it: a refusal's message, or a word for an accepted one.</returns>
    /// <exception cref="Exception">A promise is broken.</exception>
    public abstract string Check(byte[] input);

    /// <summary>Ends the check of an input that broke a promise.</summary>
    protected static void Promise(bool holds, string broken)
    {
        if (!holds)
        {
            throw new BrokenPromiseException(broken);
        }
    }
}

/// <summary>A parser accepted an input and gave something that it promised never to give.</summary>
internal sealed class BrokenPromiseException(string message) : Exception(message);
