namespace TdxDash.Tdx.Memory;

/// <summary>Text or bytes from outside that are not what their source should hold; the reason names the place and the value.</summary>
public sealed class SourceFormatException : FormatException
{
    /// <summary>Makes one.</summary>
    /// <param name="reason">What is wrong, where, and with which value.</param>
    /// <param name="remedy">What to do.</param>
    public SourceFormatException(string reason, string remedy)
        : base($"{reason} {remedy}")
    {
        Reason = reason;
        Remedy = remedy;
    }

    /// <summary>What is wrong, where, and with which value.</summary>
    public string Reason { get; }

    /// <summary>What to do.</summary>
    public string Remedy { get; }
}
