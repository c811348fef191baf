namespace TdxDash.HostProbe.Commands;

/// <summary>How the process ends.</summary>
public static class ExitCode
{
    /// <summary>It did what it was asked.</summary>
    public const int Done = 0;

    /// <summary>It was asked properly and failed.</summary>
    public const int Failed = 1;

    /// <summary>It was not asked properly.</summary>
    public const int Usage = 2;
}

/// <summary>A command cannot do what it was asked; the message says what, with which value, and what to do.</summary>
public sealed class CommandException : Exception
{
    private CommandException(int exitCode, string message)
        : base(message) => ExitCode = exitCode;

    /// <summary>How the process ends.</summary>
    public int ExitCode { get; }

    /// <summary>It was not asked properly.</summary>
    public static CommandException Usage(string message) => new(Commands.ExitCode.Usage, message);

    /// <summary>It failed.</summary>
    public static CommandException Failed(string message) => new(Commands.ExitCode.Failed, message);
}
