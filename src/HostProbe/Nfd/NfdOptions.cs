using System.CommandLine;
using TdxDash.HostProbe.Commands;

namespace TdxDash.HostProbe.Nfd;

/// <summary>The options that say where features go and under which namespace.</summary>
internal sealed class NfdOptions
{
    // Three snapshots may fail, and a short interval must not make labels flicker.
    private const int Intervals = 3;
    private static readonly TimeSpan LeastLife = TimeSpan.FromMinutes(10);

    private readonly Option<string?> _target;
    private readonly Option<string> _space = new("--nfd-namespace") { Description = "Namespace of the features' names; another one than NFD's own needs nfd-master's consent.", HelpName = "DOMAIN", DefaultValueFactory = _ => NfdFile.DefaultNamespace };

    public NfdOptions(string target, string description) => _target = new(target) { Description = description, HelpName = "FILE|FOLDER" };

    public void AddTo(Command command)
    {
        command.Add(_target);
        command.Add(_space);
    }

    /// <summary>Whether a file was named.</summary>
    public bool IsGiven(ParseResult parsed) => parsed.GetValue(_target) is not null;

    /// <summary>The namespace.</summary>
    /// <exception cref="CommandException">It is none that can be used.</exception>
    public string Space(ParseResult parsed) => parsed.GetValue(_space)! is var space && NfdFile.IsNamespace(space)
        ? space
        : throw CommandException.Usage($"--nfd-namespace '{space}' is no namespace for labels. Give a domain in lower case, such as {NfdFile.DefaultNamespace} or vendor.example.");

    /// <summary>Keeps the file of a service.</summary>
    /// <returns>Null where none was named.</returns>
    public NfdWriter? Writer(ParseResult parsed, TimeSpan interval, TimeProvider time) =>
        IsGiven(parsed) ? Writer(parsed, time, interval * Intervals is var life && life > LeastLife ? life : LeastLife) : null;

    /// <summary>Writes the file once.</summary>
    /// <exception cref="CommandException">The path or the namespace cannot be used.</exception>
    public NfdWriter Writer(ParseResult parsed, TimeProvider time, TimeSpan? lifetime)
    {
        string file = NfdWriter.Resolve(parsed.GetValue(_target)!, out string? problem);
        return problem is null ? new NfdWriter(file, Space(parsed), lifetime, time) : throw CommandException.Usage(problem);
    }
}
