namespace TdxDash.Web;

/// <summary>The dashboard must not start as things are; the message names the thing, what is wrong with it and the remedy.</summary>
public sealed class StartRefusedException : Exception
{
    /// <summary>Refuses the start.</summary>
    public StartRefusedException(string message)
        : base(message)
    {
    }

    /// <summary>Refuses the start because of another error.</summary>
    public StartRefusedException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Refuses the start without a reason of its own.</summary>
    public StartRefusedException()
        : base("The dashboard cannot start.")
    {
    }
}
