namespace TdxDash.HostProbe.Commands.Report;

/// <summary>How text may look where it goes.</summary>
/// <param name="Width">Columns.</param>
/// <param name="IsColoured">Whether escape sequences are understood and wanted.</param>
public sealed record TerminalStyle(int Width, bool IsColoured)
{
    private const int DefaultWidth = 100, LeastWidth = 60, MostWidth = 200;

    /// <summary>The style of standard output: plain and 100 columns wide where it is no terminal; without colour where NO_COLOR is
    /// set (no-color.org) or TERM is dumb.</summary>
    public static TerminalStyle OfConsole()
    {
        if (Console.IsOutputRedirected)
        {
            return new TerminalStyle(DefaultWidth, false);
        }

        bool plain = !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")) || Environment.GetEnvironmentVariable("TERM") is null or "" or "dumb";
        int width = Console.WindowWidth;
        return new TerminalStyle(width <= 0 ? DefaultWidth : Math.Clamp(width, LeastWidth, MostWidth), !plain);
    }

    /// <summary>A heading.</summary>
    public string Strong(string text) => IsColoured ? $"\e[1m{text}\e[0m" : text;

    /// <summary>Something that stands back, such as a provenance mark.</summary>
    public string Muted(string text) => IsColoured ? $"\e[2m{text}\e[0m" : text;

    /// <summary>Something that is as it should be.</summary>
    public string Good(string text) => IsColoured ? $"\e[32m{text}\e[0m" : text;

    /// <summary>Something that does not work.</summary>
    public string Bad(string text) => IsColoured ? $"\e[1;31m{text}\e[0m" : text;

    /// <summary>Something to look at.</summary>
    public string Warn(string text) => IsColoured ? $"\e[33m{text}\e[0m" : text;

    /// <summary>Something emulated or made up.</summary>
    public string Emulated(string text) => IsColoured ? $"\e[35m{text}\e[0m" : text;
}
