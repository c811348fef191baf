namespace TdxDash.Tdx.Snapshots;

/// <summary>What every reading has, whatever its value's type.</summary>
public interface IReading
{
    /// <summary>What became of the attempt.</summary>
    ReadingState State { get; }

    /// <summary>Where the value comes from; meaningful only when known.</summary>
    Provenance Provenance { get; }

    /// <summary>The file, call or rule, in the reader's own terms.</summary>
    string Source { get; }

    /// <summary>Why there is no value; empty when known.</summary>
    string Reason { get; }

    /// <summary>What a person can do about it; empty when known or when nothing can be done.</summary>
    string Remedy { get; }
}
